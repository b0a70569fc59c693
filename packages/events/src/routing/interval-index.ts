import type { Rule } from "./rule.ts";
import type { Findable, Search } from "./search.ts";

/** A rule that is wanted for every number from `min` to `max`. */
export interface Interval<Owner> {
  readonly min: number;
  readonly max: number;
  readonly rule: Rule<Owner>;
  /** Where it stands among the sorted ones; −1 while it does not. */
  place: number;
}

/** This many may be looked through one by one before they are sorted in. */
const LEAST_FRESH = 64;

/**
 * Finds the intervals that hold a number in O(log n + found), whatever they overlap: sorted by their beginning, as a
 * balanced tree in arrays of numbers, where each node knows how far its part reaches. New ones are kept apart until there
 * are enough of them to be worth sorting in, so that adding costs O(log n) on average.
 */
export class IntervalIndex<Owner extends Findable> {
  size = 0;
  #fresh: Interval<Owner>[] = [];
  /** The sorted ones; one that was removed leaves a hole. */
  #sorted: (Interval<Owner> | undefined)[] = [];
  #mins = new Float64Array(0);
  #maxes = new Float64Array(0);
  #reaches = new Float64Array(0);

  add(min: number, max: number, rule: Rule<Owner>): Interval<Owner> {
    const interval = { min, max, rule, place: -1 };
    this.#fresh.push(interval);
    this.size++;
    return interval;
  }

  remove(interval: Interval<Owner>): void {
    this.size--;
    if (interval.place < 0) this.#fresh.splice(this.#fresh.indexOf(interval), 1);
    else this.#sorted[interval.place] = undefined;
    if (this.#sorted.length > 2 * this.size + LEAST_FRESH) this.#rebuild();
  }

  find(value: number, search: Search<Owner>): void {
    if (this.#fresh.length > LEAST_FRESH && this.#fresh.length > this.#sorted.length / LEAST_FRESH) this.#rebuild();
    for (const { min, max, rule } of this.#fresh) if (min <= value && value <= max) search.consider(rule);
    this.#findIn(0, this.#sorted.length, value, search);
  }

  #findIn(start: number, end: number, value: number, search: Search<Owner>): void {
    let from = start;
    while (from < end) {
      const middle = (from + end) >>> 1;
      if ((this.#reaches[middle] as number) < value) return; // nothing in this part reaches so far
      this.#findIn(from, middle, value, search);
      if ((this.#mins[middle] as number) > value) return; // and everything behind begins later
      if (value <= (this.#maxes[middle] as number)) {
        const interval = this.#sorted[middle];
        if (interval !== undefined) search.consider(interval.rule);
      }
      from = middle + 1;
    }
  }

  #rebuild(): void {
    const all = [...this.#sorted.filter((interval) => interval !== undefined), ...this.#fresh];
    all.sort((one, other) => (one.min < other.min ? -1 : one.min > other.min ? 1 : 0));
    for (const [place, interval] of all.entries()) interval.place = place;
    this.#fresh = [];
    this.#sorted = all;
    this.#mins = Float64Array.from(all, ({ min }) => min);
    this.#maxes = Float64Array.from(all, ({ max }) => max);
    this.#reaches = new Float64Array(all.length);
    this.#measure(0, all.length);
  }

  #measure(from: number, end: number): number {
    if (from >= end) return Number.NEGATIVE_INFINITY;
    const middle = (from + end) >>> 1;
    const reach = Math.max(this.#maxes[middle] as number, this.#measure(from, middle), this.#measure(middle + 1, end));
    this.#reaches[middle] = reach;
    return reach;
  }
}
