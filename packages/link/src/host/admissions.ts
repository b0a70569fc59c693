import { Ring } from "@job-orch/core/substrate";
import { SETTLED, type Task } from "./task.ts";

/** What is settled while it waits leaves with its turn, unless there is this much of it. */
const MOST_SETTLED = 1_024;

export interface Admission {
  readonly task: Task;
  readonly admitted: (() => void) | undefined;
}

/** Those who wait until a full queue has room, in order. */
export class Admissions {
  #waiting = new Ring<Admission>();
  #settled = 0;

  get length(): number {
    return this.#waiting.length - this.#settled;
  }

  push(task: Task, admitted: (() => void) | undefined): void {
    this.#waiting.push({ task, admitted });
  }

  /** The next whose caller has not given up. */
  shift(): Admission | undefined {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (next.task.state !== SETTLED) return next;
      this.#settled--;
    }
    return undefined;
  }

  /** One that waits here was settled: it counts no more. */
  noteSettled(): void {
    if (++this.#settled <= MOST_SETTLED || this.#settled <= this.#waiting.length / 2) return;
    const kept = new Ring<Admission>();
    this.#waiting.each((one) => {
      if (one.task.state !== SETTLED) kept.push(one);
    });
    this.#waiting = kept;
    this.#settled = 0;
  }

  each(show: (task: Task) => void): void {
    this.#waiting.each(({ task }) => {
      if (task.state !== SETTLED) show(task);
    });
  }
}
