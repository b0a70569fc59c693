import type { Clock } from "@job-orch/core";

const RESOLVED = Promise.resolve();

/**
 * Reads the time once per turn for those who need it coarse: reading a clock costs as much as accepting a frame.
 * A turn ends with the next microtask, so what runs on without a pause sees the time of its begin.
 */
export class TurnClock {
  readonly #clock: Clock;
  #fresh = false;
  #nowMs = 0;
  readonly #stale = (): void => {
    this.#fresh = false;
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Units: epoch milliseconds at the begin of the turn. */
  now(): number {
    if (this.#fresh) return this.#nowMs;
    this.#fresh = true;
    void RESOLVED.then(this.#stale);
    this.#nowMs = this.#clock.now();
    return this.#nowMs;
  }
}
