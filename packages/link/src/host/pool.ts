import { ClosedError, type EncodeError } from "@job-orch/core";
import { idSource, steadyNow, Sweeper } from "@job-orch/core/substrate";
import type { ExitClass } from "@job-orch/supervisor";
import { TransferLostError, type WorkerStartError } from "../link-errors.ts";
import type { WorkerFactory } from "../worker-link.ts";
import { afterCrash } from "./after-crash.ts";
import { Availability } from "./availability.ts";
import { Backlog } from "./backlog.ts";
import { Dispatch } from "./dispatch.ts";
import { KeepAlive } from "./keep-alive.ts";
import type { Member } from "./member.ts";
import { Overdue } from "./overdue.ts";
import { PoolCounts } from "./pool-counts.ts";
import { PoolEmitter } from "./pool-events.ts";
import { PoolJobs } from "./pool-jobs.ts";
import { type PoolOptions, type PoolSettings, toPoolSettings } from "./pool-options.ts";
import { Quarantine } from "./quarantine.ts";
import { Replies } from "./replies.ts";
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
  readonly #overdue: Overdue;
  readonly #stealing: Stealing;
  readonly #upkeep: Upkeep;
  readonly #availability: Availability;
  readonly #stopping = new Stopping(this);
  #lastNumber = 0;
  /** Requests that have not ended, without those that came late. */
  #pending = 0;
  readonly #backlog: Backlog;
  readonly #room: WaitingRoom;
  readonly #dispatch: Dispatch;
  readonly #replies: Replies;
  readonly #keepAlive: KeepAlive;
  readonly #quarantine = new Quarantine(this);
  #fillDue = false;
  #closed = false;
  #paused = false;

  constructor({ name, options, factory }: PoolIdentity) {
    this.name = name;
    this.settings = toPoolSettings(options);
    this.counts = new PoolCounts(this.settings.metrics);
    this.#backlog = new Backlog({ name, settings: this.settings, jobs: this.jobs, quarantine: this.#quarantine });
    this.#room = this.#backlog.room;
    this.idPrefix = idSource(this.settings.environment)().slice(0, -4);
    this.roster = new Roster({
      name,
      factory,
      settings: this.settings,
      emitter: this.emitter,
      idPrefix: this.idPrefix,
      jobs: () => this.jobs.names,
      refuses: (hello) => this.jobs.refuses(hello),
      onReady: (member) => this.#onReady(member),
      onBatch: (member, batch) => this.#onBatch(member, batch),
      onDown: (member, exitClass, error) => this.#onDown(member, exitClass, error),
    });
    this.#keepAlive = new KeepAlive(this.roster);
    this.#availability = new Availability({ name, roster: this.roster, settings: this.settings });
    this.#dispatch = new Dispatch({
      room: this.#room,
      roster: this.roster,
      places: this.settings.max,
      handsOut: () => this.handsOut,
      onRefused: (task, error) => this.#onRefused(task, error),
      onShort: () => this.#upkeep.growIfSlow(),
    });
    this.#replies = new Replies({ onAnswered: (task) => this.#onAnswered(task), onHandedBack: (task) => this.handBack(task) });
    const { clock } = this.settings.environment;
    const sweeper = new Sweeper(clock, (nowMs) => this.#overdue.sweep(nowMs), { ref: false });
    this.#overdue = new Overdue(this, sweeper);
    this.#stealing = new Stealing(this);
    this.#upkeep = new Upkeep(this);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Requests that have not ended. */
  get pending(): number {
    return this.#pending + this.#backlog.late;
  }

  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Requests that no worker has. */
  get waiting(): number {
    return this.#backlog.length;
  }

  /** Of them, those that any worker may have. */
  get queue(): Pick<TaskQueue, "length"> {
    return this.#room.queue;
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
    if (this.#closed) return task.owner.failed(settled(task), this.closedError());
    this.counts.noteAdmitted(task);
    if (task.endsMs !== Number.POSITIVE_INFINITY) this.#overdue.note(task.endsMs);
    if (!this.jobs.allTake && this.jobs.isLate(task)) return this.#put(task, admitted);
    if (this.#pending++ === 0) this.#keepAlive.hold();
    if (task.origin !== undefined && !this.suspects.isEmpty && this.suspects.has(task.origin)) {
      if (this.#quarantine.length >= this.settings.maxItems) return this.fail(task, this.#backlog.fullError());
      admitted?.();
      return this.isolate(task);
    }
    const member =
      task.lane === undefined ? (this.#room.queue.length === 0 ? this.#dispatch.pick() : undefined) : this.#dispatch.ofLane(task.lane);
    if (member !== undefined && !this.#paused) {
      this.#dispatch.assign(member, task);
      admitted?.();
    } else this.#wait(task, admitted);
  }

  /** Ends a request from this side: its caller gave up, or time did. */
  abandon(task: Task, error: Error): void {
    const { state } = task;
    if (state === SETTLED) return;
    if (state === ASSIGNED) this.#recall(task);
    this.#end(task);
    if (state === WAITS) this.#backlog.noteSettled(task, true);
    else if (state !== ASSIGNED && task.quarantined) this.#quarantine.remove(task);
    else if (state !== ASSIGNED) this.#backlog.noteSettled(task, false);
    if (this.#room.outside > 0) this.#fillSoon(); // there may be room now
    task.owner.failed(task, error);
  }

  fail(task: Task, error: Error): void {
    if (task.state === SETTLED) return;
    this.#end(task);
    task.owner.failed(task, error);
  }

  /** A worker had it and did not begin it: back to where it came from, before all others. */
  handBack(task: Task): void {
    if (task.quarantined) this.isolate(task);
    else this.requeue(task);
  }

  /** Puts it back before all others: it was never begun, or may be begun again. */
  requeue(task: Task): void {
    if (task.transfers !== undefined) return this.fail(task, new TransferLostError(this.name));
    this.#room.unshift(task);
  }

  /** Lets it run alone, when a worker has nothing else. */
  isolate(task: Task): void {
    if (task.state === ASSIGNED && task.transfers !== undefined) return this.fail(task, new TransferLostError(this.name));
    this.#quarantine.add(task);
  }

  idOf(task: Task): string {
    return task.ownId ?? this.idPrefix + task.number.toString(36);
  }

  /** The request with this id, if it has not ended. */
  find(id: string): Task | undefined {
    let found: Task | undefined;
    this.each((task) => {
      if (this.idOf(task) === id) found = task;
    });
    return found;
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
    this.#backlog.letInLate(() => this.#pending++);
    this.#open();
    this.refill();
  }

  /** Starts workers. Without `run` the first request does. */
  #open(): void {
    const { min, max } = this.settings;
    // A lane waits for its own place.
    const most = this.#room.hasLanes ? max : min;
    this.roster.want(Math.max(most, this.#pending > 0 ? 1 : 0));
    if (this.#pending > 0) this.#keepAlive.hold();
    this.#upkeep.start();
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

  /** Stops for good, and tells everyone who still waits. Calling it again hurries. */
  async close(graceMs: number): Promise<void> {
    if (this.#closed) {
      this.#stopping.hurry();
      return this.#stopping.stopAll(graceMs);
    }
    this.#closed = true;
    const error = this.closedError();
    this.#stopping.finish();
    const stopping = this.#stopping.stopAll(graceMs);
    this.#failAll(error);
    await stopping;
    this.each((task) => this.fail(task, error));
    this.#overdue.stop();
    this.#keepAlive.stop();
    this.jobs.ended();
  }

  /** Ends the workers when they have ended what they began. */
  async endWorkers(graceMs: number): Promise<void> {
    for (const member of this.roster.members) this.takeBackAll(member);
    this.#upkeep.stop();
    this.#keepAlive.abandon();
    await this.roster.stop(graceMs);
    if (this.roster.members.length === 0) this.#stealing.stop();
  }

  /** Ends the workers at once. */
  killAll(): void {
    for (const member of this.roster.members) this.roster.kill(member, "condemned");
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
      this.handBack(task);
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

  #onReady(member: Member): void {
    this.#availability.noteUp();
    this.fill(member);
    this.#quarantine.next();
    if (this.#room.queue.length === 0 && member.inFlight === 0) this.#stealing.soon();
  }

  #wait(task: Task, admitted: (() => void) | undefined): void {
    if (this.roster.target === 0) this.#open();
    const refusal = this.#availability.refusal;
    if (refusal !== undefined) return this.fail(task, refusal);
    this.#growFor(task);
    this.#put(task, admitted);
  }

  #put(task: Task, admitted: (() => void) | undefined): void {
    const refusal = this.#backlog.put(task, admitted);
    if (refusal !== undefined) this.fail(task, refusal);
  }

  /** One worker more, if those that there are have enough to do. */
  #growFor({ lane }: Task): void {
    const { roster, settings } = this;
    if (roster.target === settings.max) return;
    if (lane !== undefined && roster.memberAt(lane) === undefined) roster.want(settings.max);
    else this.#upkeep.growIfSlow();
  }

  #onBatch(member: Member, batch: readonly unknown[]): void {
    const ended = batch[1] as number;
    if (ended > 0) {
      member.credits.observe(batch[0] as number, ended);
      member.served += ended;
      this.roster.worked(member, ended);
    }
    if (this.#replies.read(member, batch)) this.refill(); // it may be about to end, and others have nothing else to do
    else this.fill(member);
    this.#quarantine.next();
    if (member.inFlight === 0) this.#idle(member);
  }

  #onAnswered(task: Task): void {
    this.#end(task);
    this.counts.noteAnswered(task);
    if (task.quarantined) this.suspects.clear(task.origin ?? this.idOf(task));
  }

  #idle(member: Member): void {
    member.idleSinceMs = steadyNow(this.settings.environment.clock);
    if (this.settings.steal && this.roster.ready.length > 1) this.#stealing.soon();
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

  readonly #isIdle = (): boolean => this.#pending === 0;

  #end(task: Task): void {
    if (task.state === WAITS) this.#backlog.leave(task);
    task.state = SETTLED;
    if (this.jobs.allTake || !this.jobs.isLate(task)) {
      if (--this.#pending === 0) this.#keepAlive.release(this.#isIdle);
    }
    if (!this.jobs.allTake) this.#stopping.noteEnd(task);
  }

  #onDown(member: Member, exitClass: ExitClass, error: WorkerStartError | undefined): void {
    this.counts.noteExit(exitClass);
    this.#quarantine.onDown(member);
    afterCrash(this, member, exitClass);
    this.#availability.noteDown(member, error);
    const why = this.#availability.lost(error);
    if (why !== undefined) this.#failAll(why);
    this.refill();
    this.#quarantine.next();
  }

  /** Nobody comes for those who wait. */
  #failAll(error: Error): void {
    const waiting: Task[] = [];
    this.#backlog.each((task) => waiting.push(task));
    for (const task of waiting) this.abandon(task, error);
  }
}

function settled(task: Task): Task {
  task.state = SETTLED;
  return task;
}
