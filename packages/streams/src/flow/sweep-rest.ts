import { isShared, sharedLike, toShared, type TypedArray } from "../typed-array.ts";
import { unpackList } from "../work/pack.ts";
import { resetCursor, stopAll, stopFlag } from "../work/stop-flag.ts";
import type { SweepResponse, Work } from "../work/work.ts";
import { type Crew, notServed } from "./crew.ts";
import { endCalls } from "./end-calls.ts";
import { targetTooShort } from "./target-too-short.ts";

export interface SweepOptions {
  readonly work: Work;
  readonly crew: Crew;
  readonly order: "keep" | "any";
  readonly signal: AbortSignal | undefined;
  /** Elements per range; `undefined`: as many as take 2 ms. */
  readonly step: number | undefined;
  /** Units: microseconds per element, where known. */
  readonly itemUs: number | undefined;
  /** Where the elements that come out go; `undefined`: they do not come out. */
  readonly target: TypedArray | undefined;
}

/** What a sweep came to. */
export interface Swept {
  /** How many elements were written to the target, from its beginning. */
  readonly written: number;
  /** What each range came to, in order, when the work is a fold. */
  readonly sums: readonly unknown[];
}

/** Units: microseconds. */
const RANGE_US = 2_000;
/** Where nothing was measured: so many ranges per worker. */
const RANGES_BLIND = 32;
/** The next turn of a worker is there before the last one is heard of: nobody waits for this thread. */
const LANES_PER_WORKER = 2;
/** So many ranges per worker at least, so that all workers end together. */
const LEAST_RANGES = 4;

/**
 * Works on a typed array in shared memory: every worker is told once and takes range after range from one cursor.
 *
 * Errors: what a function threw, of the lowest range when the order is kept; what the pool says of a worker that is gone.
 */
export async function sweepRest(elements: TypedArray, options: SweepOptions): Promise<Swept> {
  const { work, crew, order, signal, target } = options;
  signal?.throwIfAborted(); // between what came before and this, nobody listens
  const view = toShared(elements);
  const step = stepOf(view.length, options);
  const ranges = Math.ceil(view.length / step);
  const into =
    target === undefined ? undefined : isShared(target) && target.length >= view.length ? target : sharedLike(target, view.length);
  const counts = new Int32Array(new SharedArrayBuffer(ranges * 4));
  const sums: unknown[] = [];
  const covered = new Uint8Array(ranges);
  const stop = stopFlag();
  const ending = new AbortController();
  let failed: { readonly range: number; readonly error: unknown } | undefined;

  const note = ({ done, sums: partial, failed: failure }: SweepResponse): void => {
    const came = unpackList(partial);
    done.forEach((range, index) => {
      covered[range] = 1;
      sums[range] = came[index];
    });
    if (failure !== undefined && (failed === undefined || (order === "keep" && failure.range < failed.range)))
      failed = { range: failure.range, error: crew.toError(failure.error) };
  };
  const lane = async (only: Int32Array | undefined): Promise<void> => {
    const request = { stop, ask: "sweep", work, view, into, counts, first: 0, step, ranges, only, ordered: order === "keep" } as const;
    try {
      for (let exhausted = false; !exhausted;) {
        const response = await crew.sweep(request, ending.signal);
        note(response);
        exhausted = response.exhausted || signal?.aborted === true; // whoever had no time left asks no more then
      }
    } catch (error) {
      failed ??= { range: Number.POSITIVE_INFINITY, error };
      stopAll(stop);
    }
  };

  let lanes: readonly Promise<void>[] = [];
  const abort = (): void => {
    stopAll(stop);
    void endCalls(lanes, ending);
  };
  signal?.addEventListener("abort", abort, { once: true });
  try {
    // A worker that ended takes what it had taken with it; a pool that begins requests again knows nothing of ranges.
    for (let missing: Int32Array | undefined; ;) {
      const lanesNow = Math.min(crew.size * LANES_PER_WORKER, missing?.length ?? ranges);
      const only = missing;
      lanes = Array.from({ length: lanesNow }, () => lane(only));
      await Promise.all(lanes);
      signal?.throwIfAborted();
      if (failed !== undefined) throw (failed as { readonly error: unknown }).error;
      const left = Int32Array.from(missing ?? covered.keys()).filter((range) => covered[range] === 0);
      if (left.length === 0) break;
      if (left.length === missing?.length) throw notServed();
      missing = left;
      resetCursor(stop);
    }
  } finally {
    signal?.removeEventListener("abort", abort);
  }
  return { written: into === undefined || target === undefined ? 0 : gather(into, target, counts, step), sums };
}

function stepOf(length: number, { step, itemUs, crew }: SweepOptions): number {
  if (step !== undefined) return step;
  const even = Math.ceil(length / (crew.size * LEAST_RANGES));
  const wanted = itemUs === undefined ? Math.ceil(length / (crew.size * RANGES_BLIND)) : Math.round(RANGE_US / Math.max(itemUs, 0.0001));
  return Math.max(1, Math.min(wanted, even));
}

/** Puts what each range wrote side by side. Errors: `ERR_OPTION` when the target is too short. */
function gather(into: TypedArray, target: TypedArray, counts: Int32Array, step: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total > target.length) throw targetTooShort(target.length);
  let written = 0;
  counts.forEach((count, range) => {
    const start = range * step;
    if (into === target) {
      if (start !== written) target.copyWithin(written, start, start + count);
    } else target.set(into.subarray(start, start + count) as never, written);
    written += count;
  });
  return written;
}
