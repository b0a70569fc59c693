import type { Clock, Timer } from "@job-orch/core";

interface Due {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Turns of the event loop that everything started by a timer gets to finish in, while no real I/O is involved. */
const TURNS_PER_TIMER = 3;

/** A clock that stands still until a test moves it: its steady time, and its wall time, which can also be set. */
export class FakeClock implements Clock {
  #steadyMs = 0;
  #wallMs: number;
  readonly #turnsPerTimer: number;
  readonly #due = new Set<Due>();
  #everSet = 0;

  /** Units: epoch milliseconds. */
  constructor(startMs = 1_800_000_000_000, { turnsPerTimer = TURNS_PER_TIMER } = {}) {
    this.#wallMs = startMs;
    this.#turnsPerTimer = turnsPerTimer;
  }

  readonly now = (): number => this.#steadyMs + this.#wallMs;
  readonly steady = (): number => this.#steadyMs;

  readonly after = (delayMs: number, callback: () => void): Timer => {
    const due: Due = { atMs: this.#steadyMs + Math.max(0, delayMs), callback };
    this.#due.add(due);
    this.#everSet++;
    return { cancel: () => void this.#due.delete(due) };
  };

  /** How many timers wait. */
  get pending(): number {
    return this.#due.size;
  }

  /** How many timers there ever were. */
  get everSet(): number {
    return this.#everSet;
  }

  /** In how long the next one is due; `undefined` when none waits. */
  get nextInMs(): number | undefined {
    const next = this.#next(Number.POSITIVE_INFINITY);
    return next === undefined ? undefined : next.atMs - this.#steadyMs;
  }

  /** Somebody sets the machine's clock. */
  set(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** Moves time on without running what becomes due. */
  jump(ms: number): void {
    this.#steadyMs += ms;
  }

  /** Moves time on; what becomes due on the way runs in its order, each with its own time to finish. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#steadyMs + ms;
    await turns(this.#turnsPerTimer);
    while (this.#runNext(endMs)) await turns(this.#turnsPerTimer);
    this.#steadyMs = endMs;
  }

  /** As `advance`, in one go and with nothing else happening in between. */
  advanceNow(ms: number): void {
    const endMs = this.#steadyMs + ms;
    while (this.#runNext(endMs));
    this.#steadyMs = endMs;
  }

  /** As if the event loop had been blocked: time passes, then everything that is overdue runs. */
  async block(ms: number): Promise<void> {
    this.jump(ms);
    await this.advance(0);
  }

  #runNext(endMs: number): boolean {
    const next = this.#next(endMs);
    if (next === undefined) return false;
    this.#due.delete(next);
    this.#steadyMs = Math.max(this.#steadyMs, next.atMs);
    next.callback();
    return true;
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
