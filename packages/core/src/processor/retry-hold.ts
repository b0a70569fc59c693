import type { Clock, Timer } from "../clock.ts";
import type { Attempt } from "./attempt.ts";

/**
 * Keeps failed requests until their next attempt, where the transport cannot: it has no `delay`. They stay on loan
 * meanwhile, but hold no slot.
 */
export class RetryHold {
  readonly #clock: Clock;
  readonly #transportDelays: boolean;
  readonly #settle: (attempt: Attempt) => void;
  readonly #held = new Map<Attempt, Timer>();

  constructor(clock: Clock, transportDelays: boolean, settle: (attempt: Attempt) => void) {
    this.#clock = clock;
    this.#transportDelays = transportDelays;
    this.#settle = settle;
  }

  /** Settles an attempt, now or when its delay is over. */
  pass(attempt: Attempt): void {
    const { outcome } = attempt;
    if (this.#transportDelays || outcome.kind !== "retry" || outcome.delayMs <= 0) return this.#settle(attempt);
    this.#held.set(
      attempt,
      this.#clock.after(outcome.delayMs, () => this.#letGo(attempt)),
    );
  }

  attempts(): Iterable<Attempt> {
    return this.#held.keys();
  }

  /** Ends the wait of these requests, in the way that `end` decides. Whether there were any. */
  cancel(which: (attempt: Attempt) => boolean, end: (attempt: Attempt) => void): boolean {
    const chosen = Array.from(this.#held).filter(([attempt]) => which(attempt));
    for (const [attempt, timer] of chosen) {
      timer.cancel();
      this.#held.delete(attempt);
      attempt.decided = false;
      end(attempt);
    }
    return chosen.length > 0;
  }

  /** Gives everything back at once: the processor stops. */
  release(): void {
    for (const [attempt, timer] of this.#held) {
      timer.cancel();
      this.#letGo(attempt);
    }
  }

  #letGo(attempt: Attempt): void {
    this.#held.delete(attempt);
    if (attempt.outcome.kind === "retry") attempt.outcome = { ...attempt.outcome, delayMs: 0 };
    this.#settle(attempt);
  }
}
