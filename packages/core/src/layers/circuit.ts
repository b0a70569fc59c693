import { type Clock, steadyNow } from "../clock.ts";
import { BusyError } from "../errors/busy-error.ts";

export interface CircuitOptions {
  readonly failureRatio: number;
  readonly minimumRuns: number;
  readonly windowMs: number;
  readonly openMs: number;
  readonly clock: Clock;
}

/** Leave to run; it says under which state of the circuit it was given. */
export interface Pass {
  readonly era: number;
}

interface Tally {
  ended: number;
  failed: number;
}

const none = (): Tally => ({ ended: 0, failed: 0 });

/** Closed: counts how runs end. Open: lets nobody through. Half open: lets one try. */
export class Circuit {
  readonly #options: CircuitOptions;
  /** Grows with every change of state, so that a run that began under another one is not counted. */
  #era = 0;
  #state: "closed" | "open" | "half-open" = "closed";
  /** When the state, or the newer half of the window, began. Units: milliseconds of steady time. */
  #sinceMs: number;
  // Two halves of the window: exact enough, whatever the number of runs.
  #older = none();
  #newer = none();

  constructor(options: CircuitOptions) {
    this.#options = options;
    this.#sinceMs = steadyNow(options.clock);
  }

  /** Errors: `ERR_BUSY`. */
  enter(): Pass {
    const { clock, openMs } = this.#options;
    if (this.#state !== "closed") {
      // Half open it waits for the one that tries, which may never end: after as long again another one may.
      const leftMs = this.#sinceMs + openMs - steadyNow(clock);
      if (leftMs > 0) throw new BusyError("circuitBreaker", "too many runs failed", leftMs);
      this.#turn("half-open");
    }
    return { era: this.#era };
  }

  ended({ era }: Pass, well: boolean): void {
    if (era !== this.#era) return;
    if (this.#state === "half-open") return this.#turn(well ? "closed" : "open");
    this.#slide();
    this.#newer.ended++;
    if (!well) this.#newer.failed++;
    const ended = this.#older.ended + this.#newer.ended;
    const failed = this.#older.failed + this.#newer.failed;
    if (ended >= this.#options.minimumRuns && failed >= ended * this.#options.failureRatio) this.#turn("open");
  }

  #slide(): void {
    const { clock, windowMs } = this.#options;
    const halves = Math.floor((steadyNow(clock) - this.#sinceMs) / (windowMs / 2));
    if (halves < 1) return;
    this.#older = halves === 1 ? this.#newer : none();
    this.#newer = none();
    this.#sinceMs += halves * (windowMs / 2);
  }

  #turn(state: "closed" | "open" | "half-open"): void {
    this.#state = state;
    this.#era++;
    this.#sinceMs = steadyNow(this.#options.clock);
    this.#older = none();
    this.#newer = none();
  }
}
