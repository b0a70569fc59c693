import type { Clock } from "@job-orch/core";
import { ASSIGNED, type Task } from "./task.ts";

export interface WindDownOptions {
  /** What is still to end. */
  readonly left: Iterable<Task>;
  /** Units: milliseconds; `Infinity`: as long as it takes. */
  readonly longestMs: number;
  readonly clock: Clock;
  readonly onOver: () => void;
}

/** Waits for requests to end: until all have, the time is over, or somebody hurries. */
export class WindDown {
  readonly #left: Set<Task>;
  readonly #onOver: () => void;
  readonly #timer: { readonly cancel: () => void } | undefined;
  isOver = false;

  constructor({ left, longestMs, clock, onOver }: WindDownOptions) {
    this.#left = new Set(left);
    this.#onOver = onOver;
    const waits = this.#left.size > 0 && longestMs > 0;
    if (waits && longestMs !== Number.POSITIVE_INFINITY) this.#timer = clock.after(longestMs, () => this.finish());
    if (!waits) this.finish();
  }

  noteEnd(task: Task): void {
    if (this.#left.delete(task) && this.#left.size === 0) this.finish();
  }

  /** Nothing is begun any more: only what workers have can still end. */
  dropWaiting(): void {
    for (const task of this.#left) if (task.state !== ASSIGNED) this.#left.delete(task);
    if (this.#left.size === 0) this.finish();
  }

  finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#timer?.cancel();
    this.#left.clear();
    this.#onOver();
  }
}
