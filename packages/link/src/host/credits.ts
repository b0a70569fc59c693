/** How much a new sample counts. */
const ALPHA = 0.2;

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

  constructor(options: CreditOptions) {
    this.#options = options;
    this.#window = options.concurrency + 1;
  }

  get window(): number {
    return this.#window;
  }

  get serviceUs(): number {
    return this.#serviceUs;
  }

  /** `busyUs`: how long the worker was busy with `ended` requests. */
  observe(busyUs: number, ended: number): void {
    const sampleUs = Math.max(busyUs / ended, 0.1);
    this.#serviceUs = this.#serviceUs === 0 ? sampleUs : this.#serviceUs + ALPHA * (sampleUs - this.#serviceUs);
    const { concurrency, targetMs, maxWindow } = this.#options;
    this.#window = Math.min(Math.max(Math.ceil((targetMs * 1_000) / this.#serviceUs), concurrency + 1), maxWindow);
  }
}
