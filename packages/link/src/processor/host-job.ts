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
  const {
    name,
    requestSender,
    responseReceiver,
    run,
    send,
    sendMany,
    call,
    sendReceive,
    stream,
    cancel,
    pause,
    resume,
    stop,
    on,
    stats,
    close,
  } = pooled;
  const hosted = {
    name,
    errors,
    requestSender,
    responseReceiver,
    run,
    send,
    sendMany,
    call,
    sendReceive,
    stream,
    cancel,
    pause,
    resume,
    stop,
    on,
    stats,
    close,
  };
  // The pool works on unknown values; the job's types are what its callers see of it.
  return Object.assign(hosted, { [Symbol.asyncDispose]: close }) as unknown as PooledProcessor<InputOf<J>, ResponseOf<J>, NameOf<J>>;
}
