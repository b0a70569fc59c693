import { IntervalCells } from "./interval-cells.ts";
import { type Interval, IntervalTree } from "./interval-tree.ts";
import type { Rule } from "./rule.ts";
import type { Findable, Search } from "./search.ts";

/** This many may be looked through one by one before they are sorted in. */
const LEAST_FRESH = 64;

/**
 * Finds the intervals that hold a number: narrow ones by cells, wide ones in a tree. New ones are kept apart until there are
 * enough of them to be worth sorting in, so that adding costs O(log n) on average.
 */
export class IntervalIndex<Owner extends Findable> {
  size = 0;
  #fresh: Interval<Owner>[] = [];
  #sorted: Interval<Owner>[] = [];
  #cells = new IntervalCells<Owner>([]);
  #tree = new IntervalTree<Owner>([]);

  add(min: number, max: number, rule: Rule<Owner>): Interval<Owner> {
    const interval = { min, max, rule, live: true };
    // An empty one is kept for its removal, and found by nothing.
    if (min <= max) this.#fresh.push(interval);
    this.size++;
    return interval;
  }

  remove(interval: Interval<Owner>): void {
    interval.live = false;
    this.size--;
    if (this.#sorted.length + this.#fresh.length > 2 * this.size + LEAST_FRESH) this.#rebuild();
  }

  find(value: number, search: Search<Owner>): void {
    if (this.#fresh.length > LEAST_FRESH && this.#fresh.length > this.#sorted.length / LEAST_FRESH) this.#rebuild();
    for (const { min, max, live, rule } of this.#fresh) if (min <= value && value <= max && live) search.consider(rule);
    this.#cells.find(value, search);
    this.#tree.find(value, search);
  }

  #rebuild(): void {
    this.#sorted = [...this.#sorted, ...this.#fresh].filter(({ live }) => live);
    this.#sorted.sort((one, other) => (one.min < other.min ? -1 : one.min > other.min ? 1 : 0));
    this.#fresh = [];
    this.#cells = new IntervalCells(this.#sorted);
    this.#tree = new IntervalTree(this.#cells.wide);
  }
}
