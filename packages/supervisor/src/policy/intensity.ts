/**
 * How many failures may come in how much time.
 *
 * Units: `windowMs` milliseconds.
 * Range: `failures` whole, from 0; `windowMs` from 1.
 */
export interface Intensity {
  readonly failures: number;
  readonly windowMs: number;
}

/** Counts what happened in a window that slides, and no further than it has to: it holds `failures + 1` times at most. */
export class FailureWindow {
  readonly #intensity: Intensity;
  #timesMs: number[] = [];

  constructor(intensity: Intensity) {
    this.#intensity = intensity;
  }

  /** Notes one more; tells whether that is more than may be. */
  note(nowMs: number): boolean {
    this.#slide(nowMs);
    this.#timesMs.push(nowMs);
    if (this.#timesMs.length > this.#intensity.failures + 1) this.#timesMs.shift();
    return this.#timesMs.length > this.#intensity.failures;
  }

  isEmpty(nowMs: number): boolean {
    this.#slide(nowMs);
    return this.#timesMs.length === 0;
  }

  clear(): void {
    this.#timesMs = [];
  }

  #slide(nowMs: number): void {
    const keptFrom = this.#timesMs.findIndex((atMs) => nowMs - atMs < this.#intensity.windowMs);
    this.#timesMs = keptFrom === -1 ? [] : this.#timesMs.slice(keptFrom);
  }
}
