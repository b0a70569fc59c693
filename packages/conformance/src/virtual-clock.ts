import type { Clock, Timer } from "@job-orch/core";

interface Planned {
  readonly dueMs: number;
  readonly callback: () => void;
  readonly ref: boolean;
}

/** Turns of the event loop in which nothing may be left to do before time moves on. */
const IDLE_TURNS = 12;

/**
 * A clock that jumps to its next timer as soon as nothing else is going on. What waits an hour by it waits microseconds.
 * Only for what is done within this event loop: it does not notice that a disk or another process is still working.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #planned = new Set<Planned>();
  #pumping: NodeJS.Immediate | undefined;
  #idleTurns = 0;

  /** Units: epoch milliseconds. */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  /** How many timers are waiting. */
  get pending(): number {
    return this.#planned.size;
  }

  readonly now = (): number => this.#nowMs;

  readonly after = (delayMs: number, callback: () => void, options?: { readonly ref?: boolean }): Timer => {
    const planned = { dueMs: this.#nowMs + Math.max(0, delayMs), callback, ref: options?.ref !== false };
    this.#planned.add(planned);
    this.#idleTurns = 0;
    this.#pump();
    return { cancel: () => void this.#planned.delete(planned) };
  };

  #pump(): void {
    if (this.#planned.size === 0) return;
    this.#pumping ??= setImmediate(this.#turn);
    if (this.#keepsAlive()) this.#pumping.ref();
    else this.#pumping.unref();
  }

  readonly #turn = (): void => {
    this.#pumping = undefined;
    if (++this.#idleTurns >= IDLE_TURNS) this.#jump();
    this.#pump();
  };

  #jump(): void {
    this.#idleTurns = 0;
    let dueMs = Number.POSITIVE_INFINITY;
    for (const planned of this.#planned) dueMs = Math.min(dueMs, planned.dueMs);
    this.#nowMs = Math.max(this.#nowMs, dueMs);
    const due = [...this.#planned].filter((planned) => planned.dueMs <= this.#nowMs);
    for (const planned of due.sort((one, other) => one.dueMs - other.dueMs)) {
      if (this.#planned.delete(planned)) planned.callback(); // an earlier one may have cancelled it
    }
  }

  #keepsAlive(): boolean {
    for (const { ref } of this.#planned) if (ref) return true;
    return false;
  }
}
