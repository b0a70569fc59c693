import { type AnyJob, type InputOf, type NameOf, OptionError, type ResponseOf } from "@job-orch/core";
import { checkedKey, checkGroup, oneOf } from "@job-orch/core/substrate";
import { hostJob, inlineFactory, payloadOf, Pool, type PooledProcessor, type Wire, type WorkerFactory } from "@job-orch/link";
import type { ResourceLimits } from "node:worker_threads";
import { newBell } from "./parked.ts";
import { ThreadLink } from "./thread-link.ts";
import { calmTypeStripping } from "./type-stripping.ts";
import { workerUrl } from "./worker-url.ts";
import type { OpenThreadOptions, ThreadOptions } from "./thread-options.ts";

/** Threads that several jobs share. */
export interface ThreadPool extends AsyncDisposable {
  readonly close: () => Promise<void>;
}

const pools = new WeakMap<ThreadPool, { readonly pool: Pool; readonly options: OpenThreadOptions }>();

/**
 * Threads for several jobs: `threads(job, pool)` for each of them. The worker file serves all of them, in the same order.
 *
 * @example
 * const pool = threadPool(new URL("./jobs.worker.ts", import.meta.url), { size: 2 });
 */
export function threadPool(url: URL, options: OpenThreadOptions = {}): ThreadPool {
  checkGroup("options", options);
  const pool = poolOf(url, options, options.name ?? "threads");
  const close = (): Promise<void> => pool.close(GRACE_MS);
  const handle: ThreadPool = { close, [Symbol.asyncDispose]: close };
  pools.set(handle, { pool, options });
  return handle;
}

/**
 * A job on worker threads, as a processor. The worker file calls `serve(job)`.
 *
 * Promise: does no I/O; threads are started by `run` (or `start`), or by the first request.
 * Errors:  `ERR_OPTION` when an option is out of range.
 *
 * @example
 * await using parse = threads(parseJob, new URL("./parse.worker.ts", import.meta.url), { size: 4 });
 * const tree = await parse.call(text);
 */
export function threads<const J extends AnyJob>(
  job: J,
  where: URL | ThreadPool,
  given: ThreadOptions<J> = {},
): PooledProcessor<InputOf<J>, ResponseOf<J>, NameOf<J>> {
  checkGroup("options", given);
  const options = given as OpenThreadOptions;
  if (given.inline !== undefined) return inlined(job, given);
  if (where instanceof URL) return hostJob(job, poolOf(where, options, options.name ?? job.name), payloadOf(options.wire ?? "auto"), true);
  const shared = pools.get(where);
  if (shared === undefined) throw new OptionError(`threads("${job.name}") takes the URL of a worker file, or what threadPool(…) made`);
  const ignored = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (ignored !== undefined) {
    throw new OptionError(
      `threads("${job.name}") on what threadPool(…) made takes no "${ignored}": the options of the pool are given there`,
    );
  }
  return hostJob(job, shared.pool, payloadOf(shared.options.wire ?? "auto"), false);
}

/** The same job in this thread. */
function inlined<const J extends AnyJob>(job: J, options: ThreadOptions<J>): PooledProcessor<InputOf<J>, ResponseOf<J>, NameOf<J>> {
  const { inline, name = job.name, wire = "auto", ...rest } = options;
  // What a thread would refuse is refused here too, both ways; what it takes is not copied.
  const check = payloadOf(wire as Wire);
  const factory = inlineFactory([job], inline === true ? undefined : inline, check);
  const pool = new Pool({ name, options: { ...rest, size: 1 }, factory });
  return hostJob(job, pool, (value) => void check(value), true);
}

const GRACE_MS = 25_000;
/** What a thread has ahead can be taken back, so it may be much: all cores are for the jobs, and the host is woken seldom. Units: milliseconds. */
const DEEP_MS = 20;

/** With a heap of 2 MiB the engine cannot even set a thread up, and ends the process; a little more fails as a start. Units: MiB. */
const LEAST_OLD_MB = 8;

function poolOf(url: URL, options: OpenThreadOptions, name: string): Pool {
  const { wire = "auto", resourceLimits, env, execArgv, workerData } = options;
  if (!(url instanceof URL)) throw new OptionError("The worker file takes a URL, such as new URL(file, import.meta.url)");
  checkedKey("name", name);
  oneOf("wire", wire, ["auto", "clone", "json"]);
  checkGroup("resourceLimits", resourceLimits);
  if (execArgv !== undefined && (!Array.isArray(execArgv) || execArgv.some((arg) => typeof arg !== "string"))) {
    throw new OptionError('"execArgv" takes a list of strings');
  }
  const oldMb = resourceLimits?.maxOldGenerationSizeMb;
  if (oldMb !== undefined && !(oldMb >= LEAST_OLD_MB)) {
    throw new OptionError(
      `"resourceLimits.maxOldGenerationSizeMb" is ${String(oldMb)}; it takes at least ${LEAST_OLD_MB}: less ends the process, not the thread`,
    );
  }
  const wake = oneOf("wake", options.wake ?? "event", ["event", "park", "spin"]);
  const spins = wake === "spin";
  const factory: WorkerFactory = {
    kind: "thread",
    shares: true,
    start: ({ claims, concurrency, idPrefix, place }, events) => {
      const file = workerUrl(url);
      calmTypeStripping(file);
      return new ThreadLink(
        file,
        { claims: claims as Int32Array, concurrency, idPrefix, wire, bell: wake === "event" ? undefined : newBell(), spins },
        {
          name: `${name}-${place}`,
          workerData,
          ...(resourceLimits === undefined ? {} : { resourceLimits: withYoung(resourceLimits) }),
          ...(env === undefined ? {} : { env }),
          ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
        },
        events,
      );
    },
  };
  return new Pool({ name, options: { targetMs: options.steal === false ? 1 : DEEP_MS, ...options }, factory });
}

/** Of its heap, what a thread's young objects may take when nobody says: with the engine's own share, a small heap that is full ends the process. */
const YOUNG_SHARE = 12;
const LEAST_YOUNG_MB = 2;
const MOST_YOUNG_MB = 48;

function withYoung(limits: ResourceLimits): ResourceLimits {
  const { maxOldGenerationSizeMb: old, maxYoungGenerationSizeMb: young } = limits;
  if (old === undefined || young !== undefined) return limits;
  return { ...limits, maxYoungGenerationSizeMb: Math.min(MOST_YOUNG_MB, Math.max(LEAST_YOUNG_MB, Math.floor(old / YOUNG_SHARE))) };
}
