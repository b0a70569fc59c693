import { Ring } from "@job-orch/core/substrate";
import { SETTLED, type Task } from "./task.ts";

export const LEVELS = 10;
/** One pick in so many goes to whoever waits longest, so that no level starves. */
const AGING = 32;
/** What is settled while it waits leaves with its turn, unless there is this much of it. */
const MOST_SETTLED = 1_024;

/** Requests that wait for a worker: the highest level first, within a level in order. */
export class TaskQueue {
  readonly #levels: (Ring<Task> | undefined)[] = new Array(LEVELS).fill(undefined);
  /** A bit per level that holds something. */
  #used = 0;
  #length = 0;
  #settled = 0;
  #picks = 0;

  get length(): number {
    return this.#length - this.#settled;
  }

  push(task: Task): void {
    this.#level(task.priority).push(task);
    this.#length++;
  }

  /** Puts it before all others of its level: it was on its way already. */
  unshift(task: Task): void {
    this.#level(task.priority).unshift(task);
    this.#length++;
  }

  shift(): Task | undefined {
    while (this.#length > 0) {
      const level = this.#pick();
      const task = this.#levels[level]?.shift();
      if (this.#levels[level]?.length === 0) this.#used &= ~(1 << level);
      if (task === undefined) continue;
      this.#length--;
      if (task.state !== SETTLED) return task;
      this.#settled--;
    }
    return undefined;
  }

  /** One that waits here was settled: it counts no more. */
  noteSettled(): void {
    if (++this.#settled > MOST_SETTLED && this.#settled > this.#length / 2) this.#sweep();
  }

  each(show: (task: Task) => void): void {
    const showLive = (task: Task): void => {
      if (task.state !== SETTLED) show(task);
    };
    for (const ring of this.#levels) ring?.each(showLive);
  }

  #level(priority: number): Ring<Task> {
    this.#used |= 1 << priority;
    return (this.#levels[priority] ??= new Ring());
  }

  #pick(): number {
    const highest = 31 - Math.clz32(this.#used);
    const one = this.#used === 1 << highest;
    return one || ++this.#picks % AGING !== 0 ? highest : this.#oldest(highest);
  }

  #oldest(highest: number): number {
    let level = highest;
    let least = Number.POSITIVE_INFINITY;
    for (let at = 0; at <= highest; at++) {
      const first = this.#levels[at]?.peek();
      if (first !== undefined && first.number < least) {
        least = first.number;
        level = at;
      }
    }
    return level;
  }

  #sweep(): void {
    for (const [at, ring] of this.#levels.entries()) {
      if (ring === undefined || ring.length === 0) continue;
      const kept = new Ring<Task>();
      ring.each((task) => {
        if (task.state !== SETTLED) kept.push(task);
      });
      this.#levels[at] = kept;
      if (kept.length === 0) this.#used &= ~(1 << at);
    }
    this.#length -= this.#settled;
    this.#settled = 0;
  }
}
