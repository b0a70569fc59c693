import { PoolFullError } from "../link-errors.ts";
import { type Hello, MOST_JOBS } from "../wire/frames.ts";
import type { Task, TaskOwner } from "./task.ts";

const TAKES_ALL = Number.POSITIVE_INFINITY;
const TAKES_NONE = 0;

/**
 * The jobs of a pool: which of them run, and which take requests. Workers are shared, so a job that stops ends none of them while
 * another one runs: only what is asked of it from then on waits for its next run.
 */
export class PoolJobs {
  readonly #owners: TaskOwner[] = [];
  /** By place: the number of the last request it works on before its next run. */
  readonly #last: number[] = [];
  readonly #running = new Set<number>();
  /** Those that were stopped by themselves, until they run again. */
  readonly #stopped = new Set<number>();
  /** Whether all of them take requests. */
  allTake = true;
  /** Whether none of them does, because the pool stopped. */
  noneTakes = false;

  get names(): readonly string[] {
    return this.#owners.map(({ name }) => name);
  }

  /** Whether one of them runs. */
  get anyRuns(): boolean {
    return this.#running.size > 0;
  }

  /** The job's place. */
  register(owner: TaskOwner, pool: string): number {
    if (this.#owners.length >= MOST_JOBS) throw new PoolFullError(pool, `it serves ${MOST_JOBS} jobs`);
    this.#last.push(this.noneTakes ? TAKES_NONE : TAKES_ALL);
    return this.#owners.push(owner) - 1;
  }

  /** Why a worker that says this cannot be used, if it cannot. */
  refuses({ jobs }: Hello): string | undefined {
    const { names } = this;
    if (names.every((name, at) => jobs[at] === name)) return undefined;
    return `the worker serves ${jobs.length === 0 ? "no job" : jobs.join(", ")}, but is to serve ${names.join(", ")}`;
  }

  /** Whether it came when its job took nothing any more. */
  isLate({ job, number }: Task): boolean {
    return number > (this.#last[job] as number);
  }

  run(job: number): void {
    this.#running.add(job);
    this.#stopped.delete(job);
    for (const at of this.#owners.keys()) if (!this.#stopped.has(at)) this.#last[at] = TAKES_ALL;
    this.allTake = this.#stopped.size === 0;
    this.noneTakes = false;
  }

  /** It does not run any more; nothing else changes. */
  leave(job: number): void {
    this.#running.delete(job);
  }

  /** It works on nothing beyond the request with that number. */
  stop(job: number, lastNumber: number): void {
    this.leave(job);
    this.#stopped.add(job);
    this.#close(job, lastNumber);
  }

  /** So does everyone. */
  stopAll(lastNumber: number): void {
    this.noneTakes = true;
    for (const job of this.#owners.keys()) this.#close(job, lastNumber);
  }

  /** Their pool is closed: runs that nobody stopped are over. */
  ended(): void {
    this.#running.clear();
    for (const owner of this.#owners) owner.ended();
  }

  #close(job: number, lastNumber: number): void {
    this.allTake = false;
    if (this.#last[job] === TAKES_ALL) this.#last[job] = lastNumber;
  }
}
