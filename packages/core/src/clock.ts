/** A timer that can be called off. */
export interface Timer {
  readonly cancel: () => void;
}

/** Where time comes from; tests hand in one they move by hand. */
export interface Clock {
  /** Units: epoch milliseconds. */
  readonly now: () => number;
  /**
   * Time that never jumps, for waits: `now` moves by an hour when somebody sets the machine's clock. Without it `now` is used.
   * Units: milliseconds from any beginning.
   */
  readonly steady?: () => number;
  /** Calls back once, never early. Any delay is fine, also beyond 2^31 − 1 ms. The timer keeps the process alive unless `ref` is false. */
  readonly after: (delayMs: number, callback: () => void, options?: { readonly ref?: boolean }) => Timer;
}

/** What a clock says for waits: time that does not jump, where it has such. Units: milliseconds. */
export function steadyNow(clock: Clock): number {
  return clock.steady === undefined ? clock.now() : clock.steady();
}

const RESOLVED = Promise.resolve();

/**
 * Turns times of the clock into its steady time. The distance between the two is read once per turn, as a turn is too short for somebody to
 * set the clock in it, and two readings for every deadline cost as much as the rest of a request's bookkeeping.
 */
export class SteadyTime {
  readonly #clock: Clock;
  #aheadMs = 0;
  #fresh: boolean;
  readonly #stale = (): void => {
    this.#fresh = false;
  };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#fresh = clock.steady === undefined; // for good: there is no distance
  }

  /** Units: epoch milliseconds to milliseconds of steady time. */
  of(epochMs: number): number {
    if (!this.#fresh) {
      this.#fresh = true;
      void RESOLVED.then(this.#stale);
      this.#aheadMs = steadyNow(this.#clock) - this.#clock.now();
    }
    return epochMs + this.#aheadMs;
  }
}

/** Node fires at once for anything longer. Source: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  steady: () => performance.now(),
  after: (delayMs, callback, options) => {
    const dueMs = performance.now() + delayMs;
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const leftMs = dueMs - performance.now();
      // Timers may fire a little early against the clock they are measured with, hence the re-check on wake.
      if (leftMs <= 0) return callback();
      handle = setTimeout(arm, Math.min(Math.ceil(leftMs), LONGEST_TIMEOUT_MS));
      if (options?.ref === false) handle.unref();
    };
    handle = setTimeout(arm, Math.min(Math.max(0, Math.ceil(delayMs)), LONGEST_TIMEOUT_MS));
    if (options?.ref === false) handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
