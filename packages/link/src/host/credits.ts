/** How much a new sample counts. */
const ALPHA = 0.2;

/** Who has this many handed over can wait for more until its next replies: waking a thread costs more than a batch. */
export const BUSY_FRAMES = 128;

export interface CreditOptions {
  readonly concurrency: number;
  /** How much work a worker may have ahead. Units: milliseconds. */
  readonly targetMs: number;
  readonly maxWindow: number;
}

/**
 * How many requests a worker may have unanswered, measured in time: short jobs get a deep window, so that batches are large
 * and nobody waits for a round trip; long ones get one ahead, so that nobody hoards.
 */
export class Credits {
  readonly #options: CreditOptions;
  /** Units: microseconds per request; 0: not known yet. */
  #serviceUs = 0;
  #window: number;
  #limit = Number.POSITIVE_INFINITY;

  constructor(options: CreditOptions) {
    this.#options = options;
    this.#window = options.concurrency + 1;
  }

  /** What the worker itself takes at most; 0: nothing for now. */
  limit(credit: number): void {
    this.#limit = credit;
    this.#window = Math.min(this.#window, credit);
    if (this.#serviceUs === 0) this.#window = Math.min(this.#options.concurrency + 1, credit);
    else this.#adapt();
  }

  get window(): number {
    return this.#window;
  }

  /** Who has fewer than this in hand is handed more at once: half a window, if that is not much, and one more than it runs. */
  get refillBelow(): number {
    return Math.max(this.#options.concurrency + 1, this.#window < BUSY_FRAMES ? this.#window >> 1 : BUSY_FRAMES);
  }

  get serviceUs(): number {
    return this.#serviceUs;
  }

  /** `busyUs`: how long the worker was busy with `ended` requests. */
  observe(busyUs: number, ended: number): void {
    const sampleUs = Math.max(busyUs / ended, 0.1);
    this.#serviceUs = this.#serviceUs === 0 ? sampleUs : this.#serviceUs + ALPHA * (sampleUs - this.#serviceUs);
    this.#adapt();
  }

  #adapt(): void {
    const { concurrency, targetMs, maxWindow } = this.#options;
    this.#window = Math.min(Math.max(Math.ceil((targetMs * 1_000) / this.#serviceUs), concurrency + 1), maxWindow, this.#limit);
  }
}
