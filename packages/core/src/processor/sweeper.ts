import { type Clock, steadyNow, type Timer } from "../clock.ts";

/** Sweeps no oftener than this: many deadlines then share one pass, and none is more than this late. Units: milliseconds. */
const SHORTEST_PAUSE_MS = 5;

/**
 * One timer for many deadlines, all in the clock's steady time. It knows only the earliest time at which something may be due; the pass itself looks
 * through the owner's table, so that a deadline costs nothing to set and nothing to take back.
 */
export class Sweeper {
  readonly #clock: Clock;
  readonly #sweep: (nowMs: number) => number;
  readonly #ref: boolean;
  #timer: Timer | undefined;
  #armedMs = Number.POSITIVE_INFINITY;

  /** `sweep` handles what is due and returns the earliest time still to come, or `Infinity`. */
  constructor(clock: Clock, sweep: (nowMs: number) => number, options?: { readonly ref?: boolean }) {
    this.#clock = clock;
    this.#sweep = sweep;
    this.#ref = options?.ref ?? true;
  }

  /** Makes sure that a pass happens at or soon after `atMs`. */
  note(atMs: number): void {
    if (atMs < this.#armedMs) this.#arm(atMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedMs = Number.POSITIVE_INFINITY;
  }

  #arm(atMs: number): void {
    this.#timer?.cancel();
    this.#armedMs = atMs;
    const delayMs = Math.max(SHORTEST_PAUSE_MS, atMs - steadyNow(this.#clock));
    this.#timer = this.#clock.after(delayMs, () => this.#pass(), { ref: this.#ref });
  }

  #pass(): void {
    this.#timer = undefined;
    this.#armedMs = Number.POSITIVE_INFINITY;
    const nextMs = this.#sweep(steadyNow(this.#clock));
    if (nextMs !== Number.POSITIVE_INFINITY) this.note(nextMs);
  }
}
