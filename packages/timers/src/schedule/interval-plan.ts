import type { Plan } from "./plan.ts";

/** Every so often, counted from one point in time: however late a firing is, the next is not. */
export class IntervalPlan implements Plan {
  readonly #everyMs: number;
  readonly #offsetMs: number;

  constructor(everyMs: number, offsetMs: number) {
    this.#everyMs = everyMs;
    this.#offsetMs = offsetMs;
  }

  readonly after = (ms: number): number => this.#offsetMs + (this.#count(ms) + 1) * this.#everyMs;

  readonly newest = (afterMs: number, upToMs: number, most: number): readonly number[] => {
    const last = this.#count(upToMs);
    const first = Math.max(this.#count(afterMs) + 1, last - most + 1);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => this.#offsetMs + (first + index) * this.#everyMs);
  };

  #count(ms: number): number {
    return Math.floor((ms - this.#offsetMs) / this.#everyMs);
  }
}
