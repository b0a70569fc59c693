import { CellGuesses } from "./cell-guesses.ts";
import type { Interval } from "./interval-tree.ts";
import type { Findable, Search } from "./search.ts";

/** A cell holds at most so many intervals, */
const MOST_IN_A_CELL = 32;
/** and an interval is in at most so many cells. What does not fit is for the tree. */
const MOST_CELLS = 16;

/**
 * Finds narrow intervals by the cell of the line that a number is in: one short search and a short list. A cell begins wherever
 * an interval does, so that those in it have all begun, and hold the number when they end behind it.
 */
export class IntervalCells<Owner extends Findable> {
  /** Those that do not fit, in their order. */
  readonly wide: Interval<Owner>[] = [];
  readonly #sorted: readonly Interval<Owner>[];
  /** Where each cell begins: on the line, and in the list of those in it. */
  readonly #begins: Float64Array;
  readonly #starts: Uint32Array;
  readonly #guesses: CellGuesses;
  readonly #inCells: Uint32Array;
  /** Where each of the list ends. */
  readonly #maxes: Float64Array;

  /** `sorted` is by `min`, ascending. */
  constructor(sorted: readonly Interval<Owner>[]) {
    this.#sorted = sorted;
    this.#begins = Float64Array.from(new Set(sorted.map(({ min }) => min)));
    this.#guesses = new CellGuesses(this.#begins);
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
    this.#maxes = Float64Array.from(this.#inCells, (at) => (sorted[at] as Interval<Owner>).max);
  }

  find(value: number, search: Search<Owner>): void {
    const cell = this.#cellOf(value);
    if (cell < 0) return;
    const end = this.#starts[cell + 1] as number;
    for (let place = this.#starts[cell] as number; place < end; place++) {
      if (value > (this.#maxes[place] as number)) continue;
      const { live, rule } = this.#sorted[this.#inCells[place] as number] as Interval<Owner>;
      if (live) search.consider(rule);
    }
  }

  /** The last cell that begins at or before the number; −1 before the first. */
  #cellOf(value: number): number {
    const part = this.#guesses.partOf(value);
    let from = this.#guesses.firstIn(part);
    let end = this.#guesses.firstIn(part + 1);
    while (from < end) {
      const middle = (from + end) >>> 1;
      if ((this.#begins[middle] as number) <= value) from = middle + 1;
      else end = middle;
    }
    return from - 1;
  }
}
