import { type Clock, systemClock } from "../clock.ts";
import { layerOption } from "../layers/layer-option.ts";
import type { AnyJob, RequestOf } from "../job/job.ts";
import type { CacheStore } from "./cache-store.ts";
import { CachedRun, type PlainCachedJob } from "./cached-run.ts";

export interface CachedOptions<Request> {
  /** What tells requests apart: equal keys, equal answers. The job's name and version are put before it. */
  readonly key: (request: Request) => string;
  /** How long a response is given out. Units: milliseconds. */
  readonly ttlMs: number;
  /**
   * How much longer it may be given out while the job runs anew, or when that fails.
   *
   * Units: milliseconds. Default 0.
   */
  readonly staleMs?: number;
  /** Keeps errors too, so that what just failed is not tried again at once: also not by the processor's retries. */
  readonly negative?: {
    /** Units: milliseconds. */
    readonly ttlMs: number;
    /** Which errors. Default: all. */
    readonly when?: (error: unknown) => boolean;
  };
  /** How long the store may take to answer before the job runs without it. Units: milliseconds. Default 1,000. */
  readonly storeTimeoutMs?: number;
  readonly clock?: Clock;
}

/**
 * Gives a job a cache: it may answer without running, at the caller's side and at the processor's, and equal requests
 * that run at the same time in this process run once.
 *
 * Shape:   the store holds texts of the codec: a `Map` (which is then bounded) or anything like Keyv, also shared by jobs.
 * Promise: a store that fails, hangs or holds rubbish never fails the job. Responses that cannot be carried are not kept.
 *          A stale response is given out at once. The first request that finds it in a processor keeps its slot and renews it there
 *          behind its own answer, under the processor's `timeoutMs` and told to stop with it; where there is no slot, in its own run.
 *
 * @example
 * const remembered = cached(lookUp, new Keyv("redis://…"), { key: ({ word }) => word, ttlMs: 60_000, staleMs: 600_000 });
 */
export function cached<J extends AnyJob>(job: J, store: CacheStore, options: CachedOptions<RequestOf<J>>): J {
  const { key, ttlMs, staleMs = 0, negative, storeTimeoutMs = 1_000, clock = systemClock } = options;
  const run = new CachedRun(job as unknown as PlainCachedJob, store, {
    key: key as (request: unknown) => string,
    ttlMs: layerOption("cached", "ttlMs", ttlMs, 1),
    staleMs: layerOption("cached", "staleMs", staleMs, 0),
    negative:
      negative === undefined
        ? undefined
        : { when: () => true, ...negative, ttlMs: layerOption("cached", "negative.ttlMs", negative.ttlMs, 1) },
    storeTimeoutMs: layerOption("cached", "storeTimeoutMs", storeTimeoutMs, 1),
    clock,
  });
  const copy = Object.assign(Object.create(Object.getPrototypeOf(job) as object | null) as J, job);
  return Object.assign(copy, { run: run.run, getCache: run.getCache });
}
