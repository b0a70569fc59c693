import { BusyError } from "../errors/busy-error.ts";

interface Waiting {
  readonly go: () => void;
}

/** Those who wait for their turn, first come first served, and never more than so many. */
export class WaitingLine {
  readonly #layer: string;
  readonly #maxWaiting: number;
  readonly #onDeserted: (() => void) | undefined;
  readonly #waiting = new Set<Waiting>(); // keeps its order, and lets one leave from the middle

  /** `onDeserted` is called when the last one that waits has left without its turn. */
  constructor(layer: string, maxWaiting: number, onDeserted?: () => void) {
    this.#layer = layer;
    this.#maxWaiting = maxWaiting;
    this.#onDeserted = onDeserted;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** Resolves when it is one's turn. Errors: `ERR_BUSY` when the line is full; rejects with `signal.reason` on abort. */
  wait(signal: AbortSignal, retryAfterMs?: number): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.#waiting.size >= this.#maxWaiting) {
      return Promise.reject(new BusyError(this.#layer, `${this.#waiting.size} wait already`, retryAfterMs));
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiting);
        if (this.#waiting.size === 0) this.#onDeserted?.();
        reject(signal.reason as Error);
      };
      const waiting: Waiting = {
        go: () => {
          signal.removeEventListener("abort", leave);
          resolve();
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(waiting);
    });
  }

  /** It is the turn of the first; false when nobody waits. */
  next(): boolean {
    for (const first of this.#waiting) {
      this.#waiting.delete(first);
      first.go();
      return true;
    }
    return false;
  }
}
