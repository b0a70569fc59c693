/** How long a chunk should keep a worker busy: long enough to hide its message, short enough to share work out. Units: milliseconds. */
const TARGET_MS = 12;
const FIRST = 16;
/** It grows no faster than this from one chunk to the next: one quick sample may be luck. */
const MOST_GROWTH = 4;
export const MOST_ITEMS = 8_192;

/** How many items the next chunk has: as many as take about 12 ms, fewer near the end, so that all workers end together. */
export class ChunkSize {
  readonly #fixed: number | undefined;
  #size = FIRST;

  /** `fixed`: always so many. */
  constructor(fixed: number | undefined) {
    this.#fixed = fixed;
  }

  observe(items: number, tookMs: number): void {
    if (items === 0) return;
    const wanted = (items * TARGET_MS) / Math.max(tookMs, 0.001);
    this.#size = Math.round(Math.min(Math.max(wanted, 1), MOST_ITEMS, Math.max(items, this.#size) * MOST_GROWTH));
  }

  /** `left`: how many there still are, where that is known; `undefined` leaves a fixed size alone. */
  next(left: number | undefined, workers: number): number {
    if (this.#fixed !== undefined) return this.#fixed;
    if (left === undefined) return this.#size;
    return Math.max(1, Math.min(this.#size, Math.ceil(left / (2 * workers))));
  }
}
