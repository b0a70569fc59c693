import { PoolFullError } from "../link-errors.ts";
import type { PoolJobs } from "./pool-jobs.ts";
import type { PoolSettings } from "./pool-options.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Task } from "./task.ts";
import { MOST_WAITING, WaitingRoom } from "./waiting-room.ts";

export interface BacklogOptions {
  readonly name: string;
  readonly settings: PoolSettings;
  readonly jobs: PoolJobs;
  readonly quarantine: Quarantine;
}

/**
 * All requests that no worker has: those that are next, those that must run alone, and those that came late, when their job took
 * nothing any more. The late ones have a room of their own, so that a job that has stopped cannot crowd out one that goes on.
 */
export class Backlog {
  readonly room: WaitingRoom;
  readonly #late: WaitingRoom;
  readonly #options: BacklogOptions;

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.room = new WaitingRoom(options.settings);
    this.#late = new WaitingRoom(options.settings);
  }

  get length(): number {
    return this.room.length + this.late + this.#options.quarantine.length;
  }

  /** Of them, those that wait for the next run of their job. */
  get late(): number {
    return this.#late.length;
  }

  /** Takes it in, or keeps its sender waiting until there is room; why not, if it does neither. `admitted` is told when there was room for it. */
  put(task: Task, admitted: (() => void) | undefined): Error | undefined {
    const room = this.#roomOf(task);
    if (room.hasRoom) {
      room.push(task);
      admitted?.();
      return undefined;
    }
    if (!this.#options.settings.waitsWhenFull) return this.fullError();
    if (room.outside >= MOST_WAITING) return new PoolFullError(this.#options.name, `${MOST_WAITING} senders wait for room already`);
    room.pushOutside(task, admitted);
    return undefined;
  }

  /** One that waits inside is settled. Its state says so next. */
  leave(task: Task): void {
    this.#roomOf(task).leave(task);
  }

  /** It was settled while it waited; `wasInside`: it had come in. */
  noteSettled(task: Task, wasInside: boolean): void {
    this.#roomOf(task).noteSettled(task, wasInside);
  }

  /** Jobs run again: shows what waited for that, and has come in; what waits outside comes in with it or behind it. */
  letInLate(show: (task: Task) => void): void {
    const inside = this.#late.takeInside();
    const outside = this.#late.takeOutside();
    for (const task of inside) {
      const room = this.#roomOf(task);
      if (room.outside > 0) room.pushOutside(task, undefined); // those came before it
      else room.push(task); // it had been accepted, so there is room for it
      if (!this.#options.jobs.isLate(task)) show(task);
    }
    for (const { task, admitted } of outside) {
      this.#roomOf(task).pushOutside(task, admitted);
      if (!this.#options.jobs.isLate(task)) show(task);
    }
  }

  each(show: (task: Task) => void): void {
    this.room.each(show);
    this.#late.each(show);
    this.#options.quarantine.each(show);
  }

  fullError(): PoolFullError {
    return new PoolFullError(this.#options.name, `${this.length} wait already`);
  }

  #roomOf(task: Task): WaitingRoom {
    const { jobs } = this.#options;
    return jobs.allTake || !jobs.isLate(task) ? this.room : this.#late;
  }
}
