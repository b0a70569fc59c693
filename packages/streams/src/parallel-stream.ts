import type { Plan } from "./plan/plan.ts";
import type { Combines, Fills, Folds, Kept, Made, SumOf, Takes } from "./stage-types.ts";
import type { TypedArray } from "./typed-array.ts";

/** How a fold of many chunks becomes one. */
export interface ReduceOptions<Sum, Combine> {
  /** What a chunk begins with. Adding it must change nothing: 0 for a sum, an empty list for a list. */
  readonly identity: Sum;
  /** The function that makes one of two, such as the same one again. It runs here, in the order of the chunks. */
  readonly combine: Combine;
  /** Always the same chunks, whatever the machine does: floating-point results are then equal from run to run. Default false. */
  readonly deterministic?: boolean;
}

/**
 * Items of a source on their way through functions that workers run. Nothing happens before one of the methods that return a
 * promise is called, or it is iterated; each of them goes through the source once.
 *
 * Errors: all of them reject with what a function or the source threw; with what the pool says when a worker is gone
 *         (`ERR_WORKER_CRASHED`, `ERR_POOL_UNAVAILABLE`, …); with the reason of an aborted signal. With the order kept, the
 *         error of the lowest item wins, as in a loop; otherwise the first. Workers have stopped and the source is closed then.
 */
export interface ParallelStream<Functions extends object, Item> extends AsyncIterable<Item> {
  /** Makes another item of each. */
  readonly map: <const Name extends string>(name: Takes<Functions, Item, Name>) => ParallelStream<Functions, Made<Functions, Name>>;
  /** Keeps those of which the function says so. */
  readonly filter: <const Name extends string>(
    name: Takes<Functions, Item, Name>,
  ) => ParallelStream<Functions, Kept<Functions, Item, Name>>;
  /**
   * Folds all items into one. Each chunk is folded by a worker, from `identity` on; `combine` puts the chunks together.
   *
   * Promise: the same as a loop if adding is associative: `a + (b + c)` is `(a + b) + c`. With order `any` it must not matter either
   *          which comes first.
   *
   * @example
   * const total = await stream.reduce("add", { identity: 0, combine: "add" });
   */
  readonly reduce: <const Name extends string, const Combine extends string>(
    name: Folds<Functions, Item, Name>,
    options: ReduceOptions<SumOf<Functions, Name>, Combines<Functions, SumOf<Functions, Name>, Combine>>,
  ) => Promise<SumOf<Functions, Name>>;
  /** The first item of which the function says so; with order `any`, one of them. The rest is not worked on. */
  readonly find: <const Name extends string>(name: Takes<Functions, Item, Name>) => Promise<Kept<Functions, Item, Name> | undefined>;
  readonly some: <const Name extends string>(name: Takes<Functions, Item, Name>) => Promise<boolean>;
  readonly every: <const Name extends string>(name: Takes<Functions, Item, Name>) => Promise<boolean>;
  /** The first items, then it ends. Range: integer ≥ 0. */
  readonly take: (count: number) => Promise<Item[]>;
  /** Gives each item to a function of the workers, for its effect there. */
  readonly forEach: <const Name extends string>(name: Takes<Functions, Item, Name>) => Promise<void>;
  readonly toArray: () => Promise<Item[]>;
  /**
   * Writes the items into a typed array, one after the other, and gives the part that was filled. A source that is a typed array
   * is worked on in shared memory; a target in shared memory is then written by the workers themselves.
   *
   * Errors: `ERR_OPTION` when it is too short or an item is not what it holds. What it holds is undefined after an error.
   */
  readonly into: <Target extends TypedArray>(target: Fills<Item, Target>) => Promise<Target>;
  /** Where the items are worked on, as of now. */
  readonly plan: Plan;
  /** The same in one sentence. */
  readonly explain: () => string;
}
