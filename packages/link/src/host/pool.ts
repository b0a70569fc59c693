import { ClosedError, type EncodeError } from "@job-orch/core";
import { idSource, Sweeper } from "@job-orch/core/substrate";
import type { WorkerFactory } from "../worker-link.ts";
import { Availability } from "./availability.ts";
import { Backlog } from "./backlog.ts";
import { Dispatch } from "./dispatch.ts";
import { Intake } from "./intake.ts";
import { KeepAlive } from "./keep-alive.ts";
import type { Member } from "./member.ts";
import { Overdue } from "./overdue.ts";
import { PoolCounts } from "./pool-counts.ts";
import { PoolEmitter } from "./pool-events.ts";
import { PoolJobs } from "./pool-jobs.ts";
import { type PoolOptions, type PoolSettings, toPoolSettings } from "./pool-options.ts";
import { Quarantine } from "./quarantine.ts";
import { Reports } from "./reports.ts";
import { Roster } from "./roster.ts";
import { Stealing } from "./stealing.ts";
import { Stopping } from "./stopping.ts";
import { Suspects } from "./suspects.ts";
import { ASSIGNED, SETTLED, type Task, type TaskOwner, WAITS } from "./task.ts";
import type { TaskQueue } from "./task-queue.ts";
import { Upkeep } from "./upkeep.ts";
import type { WaitingRoom } from "./waiting-room.ts";

export interface PoolIdentity {
  readonly name: string;
  readonly options: PoolOptions;
  readonly factory: WorkerFactory;
}

/**
 * Requests on one side, workers on the other: admission, dispatch in batches, credits, and one end for every request. Knows
 * neither what carries the batches nor what jobs mean.
 */
export class Pool {
  readonly name: string;
  readonly settings: PoolSettings;
  readonly emitter = new PoolEmitter();
  readonly counts: PoolCounts;
  readonly idPrefix: string;
  readonly roster: Roster;
  readonly suspects = new Suspects();
  readonly jobs = new PoolJobs();
  readonly intake: Intake;
  readonly #overdue: Overdue;
  readonly #stopping: Stopping;
  readonly #backlog: Backlog;
  readonly #dispatch: Dispatch;
  readonly #keepAlive: KeepAlive;
  readonly #quarantine = new Quarantine(this);
  #lastNumber = 0;
  #fillDue = false;
  #closed = false;
  #paused = false;

  constructor({ name, options, factory }: PoolIdentity) {
    this.name = name;
    this.settings = toPoolSettings(options);
    this.counts = new PoolCounts(this.settings.metrics);
    this.#backlog = new Backlog({ name, settings: this.settings, jobs: this.jobs, quarantine: this.#quarantine });
    this.idPrefix = idSource(this.settings.environment)().slice(0, -4);
    this.roster = new Roster({
      name,
      factory,
      settings: this.settings,
      emitter: this.emitter,
      idPrefix: this.idPrefix,
      jobs: () => this.jobs.names,
      refuses: (hello) => this.jobs.refuses(hello),
      onReady: (member) => reports.ready(member),
      onBatch: (member, batch) => reports.batch(member, batch),
      onDown: (member, exitClass, error) => reports.down(member, exitClass, error),
    });
    this.#keepAlive = new KeepAlive(this.roster);
    this.#dispatch = new Dispatch({
      room: this.#backlog.room,
      roster: this.roster,
      places: this.settings.max,
      handsOut: () => this.handsOut,
      onRefused: (task, error) => this.#onRefused(task, error),
      onShort: () => upkeep.growIfSlow(),
    });
    const sweeper = new Sweeper(this.settings.environment.clock, (nowMs) => this.#overdue.sweep(nowMs), { ref: false });
    this.#overdue = new Overdue(this, sweeper);
    const availability = new Availability({ name, roster: this.roster, settings: this.settings });
    const upkeep = new Upkeep(this);
    const stealing = new Stealing(this);
    this.#stopping = new Stopping({ pool: this, upkeep, stealing, keepAlive: this.#keepAlive });
    this.intake = new Intake({
      pool: this,
      backlog: this.#backlog,
      dispatch: this.#dispatch,
      quarantine: this.#quarantine,
      availability,
      overdue: this.#overdue,
      keepAlive: this.#keepAlive,
      upkeep,
      stopping: this.#stopping,
    });
    const reports = new Reports({ pool: this, quarantine: this.#quarantine, availability, stealing });
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Requests that have not ended. */
  get pending(): number {
    return this.intake.pending;
  }

  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Requests that no worker has. */
  get waiting(): number {
    return this.#backlog.length;
  }

  /** Where most of them wait. */
  get room(): Pick<WaitingRoom, "hasLanes"> & { readonly queue: Pick<TaskQueue, "length"> } {
    return this.#backlog.room;
  }

  /** Whether workers are given requests at all. */
  get handsOut(): boolean {
    return !this.#paused && this.#stopping.handsOut;
  }

  /** Takes a job into the pool; its place there. */
  register(owner: TaskOwner): number {
    return this.jobs.register(owner, this.name);
  }

  nextNumber(): number {
    return ++this.#lastNumber;
  }

  /** Takes a request in. Its end goes to its owner, always and once. `admitted` is told when there was room for it. */
  admit(task: Task, admitted?: () => void): void {
    if (this.#closed) {
      task.state = SETTLED;
      return task.owner.failed(task, this.closedError());
    }
    this.intake.admit(task, admitted);
  }

  /** Ends a request from this side: its caller gave up, or time did. */
  abandon(task: Task, error: Error): void {
    const { state } = task;
    if (state === SETTLED) return;
    if (state === ASSIGNED) this.#recall(task);
    this.intake.end(task);
    if (state === WAITS) this.#backlog.noteSettled(task, true);
    else if (state !== ASSIGNED && task.quarantined) this.#quarantine.remove(task);
    else if (state !== ASSIGNED) this.#backlog.noteSettled(task, false);
    if (this.#backlog.room.outside > 0 || (state === ASSIGNED && task.lane !== undefined)) this.#fillSoon(); // there may be room now, or a lane may go on
    task.owner.failed(task, error);
  }

  fail(task: Task, error: Error): void {
    if (task.state === SETTLED) return;
    this.intake.end(task);
    task.owner.failed(task, error);
  }

  idOf(task: Task): string {
    return task.ownId ?? this.idPrefix + task.number.toString(36);
  }

  /** Shows all that have not ended. */
  each(show: (task: Task) => void): void {
    this.#backlog.each(show);
    for (const { tasks } of this.roster.members) for (const task of tasks) if (task !== undefined) show(task);
  }

  /** A job runs: workers are started, and what waits for its run is worked on. */
  run(job: number): void {
    this.#stopping.runAgain(job);
    this.jobs.run(job);
    this.intake.letInLate();
    this.intake.open();
    this.refill();
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (paused) return this.#stopping.onPause();
    this.refill();
    this.#quarantine.next();
  }

  /** A job takes nothing more; with the last one that runs, the workers end. What is left after the grace stays, for the next run. */
  stop(job: number, graceMs: number): Promise<void> {
    return this.#stopping.stop(job, graceMs);
  }

  /** Ends at once what a `stop` of this job still waits for. */
  hurry(job: number): void {
    this.#stopping.hurry(job);
  }

  /** Stops for good, and tells everyone who still waits. Calling it again hurries, and so does calling it while a stop is under way. */
  async close(graceMs: number): Promise<void> {
    if (this.#closed) {
      this.#stopping.hurry();
      return this.#stopping.stopAll(graceMs);
    }
    this.#closed = true;
    const error = this.closedError();
    this.#stopping.hurry();
    const stopping = this.#stopping.stopAll(graceMs);
    this.failWaiting(error);
    await stopping;
    this.each((task) => this.fail(task, error));
    this.#overdue.stop();
    this.#keepAlive.stop();
    this.jobs.ended();
  }

  closedError(): ClosedError {
    return new ClosedError(`"${this.name}" is closed`);
  }

  /** Gives every worker what it has room for. */
  refill(): void {
    this.#dispatch.refill();
  }

  /** Takes back what a worker has not begun. */
  takeBackAll(member: Member): number {
    let count = 0;
    for (const task of member.assigned().reverse()) {
      if (task.transfers !== undefined || !member.takeBack(task)) continue;
      count++;
      this.intake.handBack(task);
    }
    return count;
  }

  /** Gives a worker what it has room for. */
  fill(member: Member): void {
    this.#dispatch.fill(member);
  }

  /** Hands over what a worker was given. */
  flush(member: Member): void {
    this.#dispatch.flush(member);
  }

  #onRefused(task: Task, error: EncodeError): void {
    this.fail(task, error);
    this.#fillSoon(); // its worker has room again, and may have nothing else that would tell us
  }

  #fillSoon(): void {
    if (this.#fillDue) return;
    this.#fillDue = true;
    queueMicrotask(() => {
      this.#fillDue = false;
      this.refill();
      this.#quarantine.next();
    });
  }

  /** The worker is told to stop with it, if it began; else it passes over it. */
  #recall(task: Task): void {
    const { member, slot } = task;
    if (member === undefined) return;
    if (member.takeBack(task)) return;
    member.forget(task);
    this.flush(member); // it may not have been handed over yet
    member.link?.tell({ control: "cancel", slot, number: task.number, reason: `Request "${this.idOf(task)}" was given up` });
    this.#overdue.watch(member, slot);
  }

  /** Nobody comes for those who wait. */
  failWaiting(error: Error): void {
    const waiting: Task[] = [];
    this.#backlog.each((task) => waiting.push(task));
    for (const task of waiting) this.abandon(task, error);
  }
}
