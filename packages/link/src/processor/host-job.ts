import type { AnyJob, InputOf, NameOf, ResponseOf } from "@job-orch/core";
import { checkJob, eraseJob } from "@job-orch/core/substrate";
import type { Pool } from "../host/pool.ts";
import {
  PoisonRequestError,
  PoolFullError,
  PoolUnavailableError,
  TransferLostError,
  WorkerCrashedError,
  WorkerStartError,
} from "../link-errors.ts";
import type { ToText } from "../wire/payload.ts";
import { Pooled } from "./pooled.ts";
import type { PooledProcessor } from "./pooled-processor.ts";

/** A job on a pool, as a processor. `ownsPool`: closing the one closes the other. */
export function hostJob<const J extends AnyJob>(
  job: J,
  pool: Pool,
  toText: ToText,
  ownsPool: boolean,
): PooledProcessor<InputOf<J>, ResponseOf<J>, NameOf<J>> {
  checkJob(job);
  const pooled = new Pooled(eraseJob(job), pool, toText, ownsPool);
  // Behind a queue (`remote`) its callers get these back as what they are.
  const errors = [
    ...pooled.errors,
    PoisonRequestError,
    PoolFullError,
    PoolUnavailableError,
    TransferLostError,
    WorkerCrashedError,
    WorkerStartError,
  ];
  // Its own fields are what its callers have; what the pool calls is on its prototype, and stays there.
  // The pool works on unknown values; the job's types are what its callers see of it.
  const hosted = Object.assign({}, pooled, { errors, [Symbol.asyncDispose]: pooled.close });
  return hosted as unknown as PooledProcessor<InputOf<J>, ResponseOf<J>, NameOf<J>>;
}
