import type { Interval } from "./interval-tree.ts";
import type { Findable, Search } from "./search.ts";

/** A cell begins with every so-manieth interval, */
const PER_CELL = 4;
/** holds at most so many, */
const MOST_IN_A_CELL = 32;
/** and an interval is in at most so many cells. What does not fit is for the tree. */
const MOST_CELLS = 8;

/** Finds narrow intervals by the cell of the line that a number is in: one binary search and a short list. */
export class IntervalCells<Owner extends Findable> {
  /** Those that do not fit, in their order. */
  readonly wide: Interval<Owner>[] = [];
  readonly #sorted: readonly Interval<Owner>[];
  readonly #mins: Float64Array;
  readonly #maxes: Float64Array;
  /** Where each cell begins: on the line, and in the list of those in it. */
  readonly #begins: Float64Array;
  readonly #starts: Uint32Array;
  readonly #inCells: Uint32Array;

  /** `sorted` is by `min`, ascending. */
  constructor(sorted: readonly Interval<Owner>[]) {
    this.#sorted = sorted;
    this.#mins = Float64Array.from(sorted, ({ min }) => min);
    this.#maxes = Float64Array.from(sorted, ({ max }) => max);
    this.#begins = Float64Array.from(new Set(this.#mins.filter((_, at) => at % PER_CELL === 0)));
    const counts = new Uint32Array(this.#begins.length);
    const members: (readonly [at: number, first: number, last: number])[] = [];
    for (const [at, interval] of sorted.entries()) {
      const [first, last] = [this.#cellOf(interval.min), this.#cellOf(interval.max)];
      if (last - first >= MOST_CELLS || counts.subarray(first, last + 1).some((count) => count >= MOST_IN_A_CELL)) {
        this.wide.push(interval);
        continue;
      }
      for (let cell = first; cell <= last; cell++) counts[cell]!++;
      members.push([at, first, last]);
    }
    this.#starts = new Uint32Array(counts.length + 1);
    for (const [cell, count] of counts.entries()) this.#starts[cell + 1] = this.#starts[cell]! + count;
    this.#inCells = new Uint32Array(this.#starts.at(-1) ?? 0);
    const next = this.#starts.slice();
    for (const [at, first, last] of members) for (let cell = first; cell <= last; cell++) this.#inCells[next[cell]!++] = at;
  }

  find(value: number, search: Search<Owner>): void {
    const cell = this.#cellOf(value);
    if (cell < 0) return;
    const end = this.#starts[cell + 1] as number;
    for (let place = this.#starts[cell] as number; place < end; place++) {
      const at = this.#inCells[place] as number;
      if ((this.#mins[at] as number) > value || value > (this.#maxes[at] as number)) continue;
      const { live, rule } = this.#sorted[at] as Interval<Owner>;
      if (live) search.consider(rule);
    }
  }

  /** The last cell that begins at or before the number; −1 before the first. */
  #cellOf(value: number): number {
    let from = 0;
    let end = this.#begins.length;
    while (from < end) {
      const middle = (from + end) >>> 1;
      if ((this.#begins[middle] as number) <= value) from = middle + 1;
      else end = middle;
    }
    return from - 1;
  }
}
