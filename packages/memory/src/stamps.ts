/** More frames than this within one millisecond borrow from the next one. */
const STAMPS_PER_MS = 16_384;

/**
 * One number that tells both the order of frames and when they came: every stamp is greater than all before it, and its
 * whole milliseconds are the time since the transport was made. Exact for 17 years of uptime.
 */
export class Stamps {
  readonly #originMs: number;
  #last = 0;

  constructor(originMs: number) {
    this.#originMs = originMs;
  }

  next(nowMs: number): number {
    const floor = (nowMs - this.#originMs) * STAMPS_PER_MS;
    this.#last = floor > this.#last ? floor : this.#last + 1; // a clock that steps back does not reorder
    return this.#last;
  }

  /** Units: epoch milliseconds. */
  toMs(stamp: number): number {
    return this.#originMs + Math.floor(stamp / STAMPS_PER_MS);
  }
}
