/** An answer that is not there by then is waited for asleep. Units: milliseconds. */
const LONGEST_MS = 0.2;

/** Keeps this thread's event loop from falling asleep for a moment, when an answer is due: waking it costs more than most jobs. */
export class Awake {
  #untilMs = 0;
  #looking = false;

  /** From now on, for a fifth of a millisecond. Timers and I/O go on meanwhile. */
  readonly stay = (): void => {
    this.#untilMs = performance.now() + LONGEST_MS;
    if (this.#looking) return;
    this.#looking = true;
    setImmediate(this.#look);
  };

  readonly #look = (): void => {
    this.#looking = performance.now() < this.#untilMs;
    if (this.#looking) setImmediate(this.#look);
  };
}
