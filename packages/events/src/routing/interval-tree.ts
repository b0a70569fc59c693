import type { Rule } from "./rule.ts";
import type { Findable, Search } from "./search.ts";

/** A rule that is wanted for every number from `min` to `max`. */
export interface Interval<Owner> {
  readonly min: number;
  readonly max: number;
  readonly rule: Rule<Owner>;
  live: boolean;
}

/**
 * Finds the intervals that hold a number in O(log n + found), whatever they overlap: sorted by their beginning, as a
 * balanced tree in arrays of numbers, where each node knows how far its part reaches.
 */
export class IntervalTree<Owner extends Findable> {
  readonly #sorted: readonly Interval<Owner>[];
  readonly #mins: Float64Array;
  readonly #maxes: Float64Array;
  readonly #reaches: Float64Array;

  /** `sorted` is by `min`, ascending. */
  constructor(sorted: readonly Interval<Owner>[]) {
    this.#sorted = sorted;
    this.#mins = Float64Array.from(sorted, ({ min }) => min);
    this.#maxes = Float64Array.from(sorted, ({ max }) => max);
    this.#reaches = new Float64Array(sorted.length);
    this.#measure(0, sorted.length);
  }

  find(value: number, search: Search<Owner>): void {
    if (this.#sorted.length > 0) this.#findIn(0, this.#sorted.length, value, search);
  }

  #findIn(start: number, end: number, value: number, search: Search<Owner>): void {
    let from = start;
    while (from < end) {
      const middle = (from + end) >>> 1;
      if ((this.#reaches[middle] as number) < value) return; // nothing in this part reaches so far
      this.#findIn(from, middle, value, search);
      if ((this.#mins[middle] as number) > value) return; // and everything behind begins later
      if (value <= (this.#maxes[middle] as number)) {
        const { live, rule } = this.#sorted[middle] as Interval<Owner>;
        if (live) search.consider(rule);
      }
      from = middle + 1;
    }
  }

  #measure(from: number, end: number): number {
    if (from >= end) return Number.NEGATIVE_INFINITY;
    const middle = (from + end) >>> 1;
    const reach = Math.max(this.#maxes[middle] as number, this.#measure(from, middle), this.#measure(middle + 1, end));
    this.#reaches[middle] = reach;
    return reach;
  }
}
