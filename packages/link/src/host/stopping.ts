import { steadyNow } from "@job-orch/core/substrate";
import type { KeepAlive } from "./keep-alive.ts";
import type { Pool } from "./pool.ts";
import type { Stealing } from "./stealing.ts";
import { ASSIGNED, type Task } from "./task.ts";
import type { Upkeep } from "./upkeep.ts";
import { WindDown } from "./wind-down.ts";

/** In this part of the grace what waits is still begun; the rest is for what runs then, which would be lost with its worker. */
const BEGINS_FOR = 0.75;

export interface StoppingOptions {
  readonly pool: Pool;
  readonly upkeep: Upkeep;
  readonly stealing: Stealing;
  readonly keepAlive: KeepAlive;
}

/**
 * How a pool comes to its end, and its jobs to theirs. What was taken in before a stop is worked on within the grace: whoever asks
 * the pool may itself be about to end, and must not wait out its own grace for an answer that could have been had. The workers end
 * when the last running job stops.
 */
export class Stopping {
  readonly #options: StoppingOptions;
  readonly #pool: Pool;
  /** Of jobs that stop while others go on. */
  readonly #ofJobs = new Map<number, WindDown>();
  #ofAll: WindDown | undefined;
  #ended: Promise<void> | undefined;

  constructor(options: StoppingOptions) {
    this.#options = options;
    this.#pool = options.pool;
  }

  /** Whether workers are given what waits, as far as stops are concerned. */
  get handsOut(): boolean {
    return !this.#pool.jobs.noneTakes || this.#ofAll !== undefined;
  }

  /** A job takes nothing more. Resolves when what it had has ended, or the grace is over; for the last one, when no worker is left. */
  stop(job: number, graceMs: number): Promise<void> {
    const { jobs, lastNumber } = this.#pool;
    jobs.stop(job, lastNumber);
    if (this.#ended !== undefined || !jobs.anyRuns) return this.stopAll(graceMs);
    this.#ofJobs.get(job)?.finish();
    return new Promise((resolve) => {
      const onOver = (): void => {
        this.#ofJobs.delete(job);
        resolve();
      };
      const wound = this.#wind(graceMs, onOver, (task) => task.job === job);
      if (!wound.isOver) this.#ofJobs.set(job, wound);
    });
  }

  /** Ends the workers, when they have ended what there is to do. What is left then stays, for the next run. */
  stopAll(graceMs: number): Promise<void> {
    if (this.#ended !== undefined) return this.#ended;
    const { jobs, lastNumber, settings } = this.#pool;
    const { clock } = settings.environment;
    const wasStopped = jobs.noneTakes; // what waits was left by the stop before
    jobs.stopAll(lastNumber);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    const byMs = steadyNow(clock) + graceMs;
    const onOver = (): void => {
      this.#ofAll = undefined;
      void this.#endWorkers(Math.max(0, byMs - steadyNow(clock))).then(() => {
        resolve();
        if (this.#ended !== promise) return; // a job runs again
        this.#ended = undefined;
        for (const wound of [...this.#ofJobs.values()]) wound.finish();
      });
    };
    const wound = this.#wind(wasStopped || this.#pool.isClosed ? 0 : graceMs * BEGINS_FOR, onOver, () => true);
    if (!wound.isOver) this.#ofAll = wound;
    return promise;
  }

  /** Ends at once what a stop still waits for: that of this job, or that of all. */
  hurry(job?: number): void {
    const own = job === undefined ? undefined : this.#ofJobs.get(job);
    if (own !== undefined) return own.finish();
    if (this.#ended === undefined) return;
    this.finish();
    const { roster } = this.#pool;
    for (const member of roster.members) roster.kill(member, "condemned");
  }

  /** Nothing that waits is begun any more; what runs has the rest of the grace. */
  finish(): void {
    this.#ofAll?.finish();
  }

  /** A job runs again, whether or not it has come to its end. */
  runAgain(job: number): void {
    this.#ofJobs.get(job)?.finish();
    this.finish();
    this.#ended = undefined;
  }

  noteEnd(task: Task): void {
    this.#ofAll?.noteEnd(task);
    this.#ofJobs.get(task.job)?.noteEnd(task);
  }

  /** What waits will not be begun. */
  onPause(): void {
    this.#ofAll?.dropWaiting();
    for (const wound of [...this.#ofJobs.values()]) wound.dropWaiting();
  }

  /** Ends the workers when they have ended what they began. */
  async #endWorkers(graceMs: number): Promise<void> {
    const { pool, upkeep, stealing, keepAlive } = this.#options;
    for (const member of pool.roster.members) pool.takeBackAll(member);
    upkeep.stop();
    keepAlive.abandon();
    await pool.roster.stop(graceMs);
    if (pool.roster.members.length === 0) stealing.stop();
  }

  #wind(longestMs: number, onOver: () => void, concerns: (task: Task) => boolean): WindDown {
    const pool = this.#pool;
    const left: Task[] = [];
    pool.each((task) => {
      if (concerns(task) && !pool.jobs.isLate(task) && (!pool.isPaused || task.state === ASSIGNED)) left.push(task);
    });
    return new WindDown({ left, longestMs, clock: pool.settings.environment.clock, onOver });
  }
}
