import type { Clock, Timer } from "@job-orch/core";

interface Due {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Turns of the event loop that everything started by a timer gets to finish in, while no real I/O is involved. */
const TURNS_PER_TIMER = 3;

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #nowMs: number;
  readonly #due = new Set<Due>();

  constructor(startMs = 1_800_000_000_000) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly after = (delayMs: number, callback: () => void): Timer => {
    const due: Due = { atMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#due.add(due);
    return { cancel: () => void this.#due.delete(due) };
  };

  /** How many timers wait. */
  get pending(): number {
    return this.#due.size;
  }

  /** Moves time on; what becomes due on the way runs in its order, each with its own time to finish. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await turns();
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#due.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
      await turns();
    }
    this.#nowMs = endMs;
  }

  #next(endMs: number): Due | undefined {
    let next: Due | undefined;
    for (const due of this.#due) {
      if (due.atMs <= endMs && (next === undefined || due.atMs < next.atMs)) next = due; // equal times run in the order they were set
    }
    return next;
  }
}

/** Lets everything that needs no timer and no I/O come to rest. */
export async function turns(count: number = TURNS_PER_TIMER): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
}
