import type { AnyJob, RequestOf, ResourcesOf, ResponseOf } from "@job-orch/core";
import { eraseJob } from "@job-orch/core/substrate";
import { actors } from "../actors.ts";
import type { Actors } from "../actors-processor.ts";
import type { ActorsOptions } from "../options.ts";
import type { ActorHost } from "./actor-host.ts";
import { Epochs } from "./epochs.ts";
import { PARTITIONS, partitionOf } from "./partition.ts";

/** A request with what tells that it is begun. */
interface Parcel {
  readonly request: unknown;
  readonly begun: () => void;
}

/** A host in this process; its actors are stored and stopped with `close`. */
export interface LocalHost<Request, Response> extends ActorHost<Request, Response>, AsyncDisposable {
  readonly close: () => Promise<void>;
  /** How many actors are in memory here. */
  readonly size: () => number;
}

/** Actors of a job in this process, as a host among others. The options are those of `actors`. */
export function localHost<J extends AnyJob, Snapshot = unknown>(
  id: string,
  job: J,
  options: ActorsOptions<RequestOf<J>, ResourcesOf<J>, Snapshot> & { readonly partitions?: number },
): LocalHost<RequestOf<J>, ResponseOf<J>> {
  const { partitions = PARTITIONS } = options;
  const { run, response } = eraseJob(job);
  const wrapped = {
    name: job.name,
    ...(response === undefined ? {} : { response }),
    run: ({ request, begun }: Parcel, state: unknown, context: Parameters<typeof run>[2]) => {
      begun();
      return run(request, state, context);
    },
  };
  // Its own kind lives on other hosts too: only whoever has the placement can say who is meant by the name.
  const asks = { [job.name]: undefined, ...options.asks };
  const inner = actors(wrapped, {
    ...options,
    asks,
    key: ({ request }: Parcel) => options.key(request as never),
  } as never) as unknown as Actors<Parcel, ResponseOf<J>>;
  const epochs = new Epochs(job.name);
  return {
    id,
    send: async (partition, epoch, request, begun) => {
      epochs.check(partition, epoch);
      return inner.call({ request, begun }, { timeoutMs: Number.POSITIVE_INFINITY });
    },
    release: async (partition, epoch) => {
      epochs.check(partition, epoch);
      await inner.passivate((key) => partitionOf(key, partitions) === partition);
    },
    size: () => inner.size(),
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
  };
}
