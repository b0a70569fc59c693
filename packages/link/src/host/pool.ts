import { ClosedError, type EncodeError } from "@job-orch/core";
import { idSource, steadyNow, Sweeper } from "@job-orch/core/substrate";
import type { ExitClass } from "@job-orch/supervisor";
import { PoolFullError, PoolUnavailableError, TransferLostError, type WorkerStartError } from "../link-errors.ts";
import { type Hello, MOST_JOBS } from "../wire/frames.ts";
import type { WorkerFactory } from "../worker-link.ts";
import { afterCrash } from "./after-crash.ts";
import { Dispatch } from "./dispatch.ts";
import { KeepAlive } from "./keep-alive.ts";
import type { Member } from "./member.ts";
import { Overdue } from "./overdue.ts";
import { PoolCounts } from "./pool-counts.ts";
import { PoolEmitter } from "./pool-events.ts";
import { type PoolOptions, type PoolSettings, toPoolSettings } from "./pool-options.ts";
import { Quarantine } from "./quarantine.ts";
import { Replies } from "./replies.ts";
import { Roster } from "./roster.ts";
import { Stealing } from "./stealing.ts";
import { Suspects } from "./suspects.ts";
import { ASSIGNED, SETTLED, type Task, type TaskOwner, WAITS } from "./task.ts";
import type { TaskQueue } from "./task-queue.ts";
import { Upkeep } from "./upkeep.ts";
import { MOST_WAITING, WaitingRoom } from "./waiting-room.ts";

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
  readonly #jobs: TaskOwner[] = [];
  readonly #overdue: Overdue;
  readonly #stealing: Stealing;
  readonly #upkeep: Upkeep;
  #lastNumber = 0;
  /** Requests that have not ended. */
  #pending = 0;
  readonly #room: WaitingRoom;
  readonly #dispatch: Dispatch;
  readonly #replies: Replies;
  readonly #keepAlive: KeepAlive;
  readonly #quarantine = new Quarantine(this);
  #fillDue = false;
  #lastFailure: Error | undefined;
  /** The last worker that was started did not come up. */
  #startsFail = false;
  #closed = false;
  #stopping: Promise<void> | undefined;
  #stopped = false;
  #paused = false;

  constructor({ name, options, factory }: PoolIdentity) {
    this.name = name;
    this.settings = toPoolSettings(options);
    this.counts = new PoolCounts(this.settings.metrics);
    this.#room = new WaitingRoom(this.settings);
    this.idPrefix = idSource(this.settings.environment)().slice(0, -4);
    this.roster = new Roster({
      name,
      factory,
      settings: this.settings,
      emitter: this.emitter,
      idPrefix: this.idPrefix,
      jobs: () => this.#jobs.map((job) => job.name),
      refuses: (hello) => this.#refuses(hello),
      onReady: (member) => this.#onReady(member),
      onBatch: (member, batch) => this.#onBatch(member, batch),
      onDown: (member, exitClass, error) => this.#onDown(member, exitClass, error),
    });
    this.#keepAlive = new KeepAlive(this.roster);
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

  get pending(): number {
    return this.#pending;
  }

  /** Requests that no worker has. */
  get waiting(): number {
    return this.#room.length + this.#quarantine.length;
  }

  /** Of them, those that any worker may have. */
  get queue(): Pick<TaskQueue, "length"> {
    return this.#room.queue;
  }

  /** Whether workers are given requests at all. */
  get handsOut(): boolean {
    return !this.#paused && !this.#stopped;
  }

  /** Takes a job into the pool; its place there. */
  register(owner: TaskOwner): number {
    if (this.#jobs.length >= MOST_JOBS) throw new PoolFullError(this.name, `it serves ${MOST_JOBS} jobs`);
    return this.#jobs.push(owner) - 1;
  }

  nextNumber(): number {
    return ++this.#lastNumber;
  }

  /** Takes a request in. Its end goes to its owner, always and once. `admitted` is told when there was room for it. */
  admit(task: Task, admitted?: () => void): void {
    if (this.#closed) return task.owner.failed(settled(task), this.closedError());
    if (this.#pending++ === 0) this.#hold();
    this.counts.noteAdmitted(task);
    if (task.endsMs !== Number.POSITIVE_INFINITY) this.#overdue.note(task.endsMs);
    if (task.origin !== undefined && !this.suspects.isEmpty && this.suspects.has(task.origin)) {
      if (this.#quarantine.length >= this.settings.maxItems) return this.fail(task, this.#fullError());
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
    if (state === WAITS) this.#room.noteSettled(task, true);
    else if (state !== ASSIGNED && task.quarantined) this.#quarantine.remove(task);
    else if (state !== ASSIGNED) this.#room.noteSettled(task, false);
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
    this.#eachWaiting(show);
    for (const { tasks } of this.roster.members) for (const task of tasks) if (task !== undefined) show(task);
  }

  /** Starts workers. Without it the first request does. */
  open(): void {
    this.#stopped = false;
    this.#stopping = undefined;
    const { min, max } = this.settings;
    // A lane waits for its own place.
    const most = this.#room.hasLanes ? max : min;
    this.roster.want(Math.max(most, this.#pending > 0 ? 1 : 0));
    if (this.#pending > 0) this.#hold();
    this.#upkeep.start();
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (paused) return;
    this.refill();
    this.#quarantine.next();
  }

  /** Ends the workers when they have ended what they began. What waits stays, for the next `open`. */
  stop(graceMs: number): Promise<void> {
    if (this.#stopping !== undefined) return this.#stopping;
    this.#stopped = true;
    for (const member of this.roster.members) this.takeBackAll(member);
    this.#upkeep.stop();
    this.#keepAlive.abandon();
    const stopping = this.roster.stop(graceMs).then(() => {
      if (this.#stopping !== stopping) return; // it was opened again
      this.#stealing.stop();
      this.#stopping = undefined;
    });
    this.#stopping = stopping;
    return stopping;
  }

  /** Ends at once what a `stop` or a `close` still waits for. */
  hurry(): void {
    for (const member of this.roster.members) this.roster.kill(member, "condemned");
  }

  /** Stops for good, and tells everyone who still waits. Calling it again hurries. */
  async close(graceMs: number): Promise<void> {
    if (this.#closed) {
      this.hurry();
      return this.#stopping;
    }
    this.#closed = true;
    const error = this.closedError();
    const stopping = this.stop(graceMs);
    this.#failAll(error);
    await stopping;
    this.each((task) => this.fail(task, error));
    this.#overdue.stop();
    this.#keepAlive.stop();
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

  #refuses({ jobs }: Hello): string | undefined {
    const missing = this.#jobs.map(({ name }) => name).filter((name, at) => jobs[at] !== name);
    if (missing.length === 0) return undefined;
    return `the worker serves ${jobs.length === 0 ? "no job" : jobs.join(", ")}, but is to serve ${this.#jobs.map(({ name }) => name).join(", ")}`;
  }

  #onReady(member: Member): void {
    this.#startsFail = false;
    this.fill(member);
    this.#quarantine.next();
    if (this.#room.queue.length === 0 && member.inFlight === 0) this.#stealing.soon();
  }

  #wait(task: Task, admitted: (() => void) | undefined): void {
    if (!this.#stopped) this.#needWorkers(task);
    if (task.state === SETTLED) return;
    if (this.#room.hasRoom) {
      this.#room.push(task);
      admitted?.();
      return;
    }
    if (!this.settings.waitsWhenFull) return this.fail(task, this.#fullError());
    if (this.#room.outside >= MOST_WAITING)
      return this.fail(task, new PoolFullError(this.name, `${MOST_WAITING} senders wait for room already`));
    this.#room.pushOutside(task, admitted);
  }

  #fullError(): PoolFullError {
    return new PoolFullError(this.name, `${this.waiting} wait already`);
  }

  /** Makes sure that someone will come for it, or says why nobody will. */
  #needWorkers(task: Task): void {
    const { roster, settings } = this;
    if (roster.target === 0) this.open();
    const delayMs = roster.nextStartMs;
    // One that crashed now and then comes back in a moment; what does not come up, or not for long, may stay away.
    const failing = this.#startsFail || roster.policy.state === "crashLooping";
    if (delayMs > 0 && failing && settings.rejectsWhenUnavailable) {
      return this.fail(task, new PoolUnavailableError(this.name, Number.isFinite(delayMs) ? delayMs : 0, this.#lastFailure));
    }
    if (roster.target === settings.max) return;
    if (task.lane !== undefined && roster.memberAt(task.lane) === undefined) roster.want(settings.max);
    else this.#upkeep.growIfSlow();
  }

  #onBatch(member: Member, batch: readonly unknown[]): void {
    const ended = batch[1] as number;
    if (ended > 0) {
      member.credits.observe(batch[0] as number, ended);
      member.served += ended;
      this.roster.worked(member, ended);
    }
    this.#replies.read(member, batch);
    this.fill(member);
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
    if (task.state === WAITS) this.#room.leave(task);
    task.state = SETTLED;
    if (--this.#pending === 0) this.#keepAlive.release(this.#isIdle);
  }

  #onDown(member: Member, exitClass: ExitClass, error: WorkerStartError | undefined): void {
    this.counts.noteExit(exitClass);
    this.#quarantine.onDown(member);
    afterCrash(this, member, exitClass);
    if (error !== undefined) {
      this.#lastFailure = error;
      this.#startsFail = true;
    } else if (member.exit?.error !== undefined) this.#lastFailure = member.exit.error;
    const nobody = this.roster.ready.length === 0 && this.roster.starting === 0;
    if (error !== undefined && nobody && this.settings.rejectsWhenUnavailable) this.#failAll(error);
    else if (this.roster.nextStartMs > 0 && this.settings.rejectsWhenUnavailable && this.roster.policy.state === "crashLooping") {
      this.#failAll(new PoolUnavailableError(this.name, this.roster.nextStartMs, this.#lastFailure));
    }
    this.refill();
    this.#quarantine.next();
  }

  #eachWaiting(show: (task: Task) => void): void {
    this.#room.each(show);
    this.#quarantine.each(show);
  }

  /** Nobody comes for those who wait. */
  #failAll(error: Error): void {
    const waiting: Task[] = [];
    this.#eachWaiting((task) => waiting.push(task));
    for (const task of waiting) this.abandon(task, error);
  }

  #hold(): void {
    this.#keepAlive.hold(!this.#stopped);
  }
}

function settled(task: Task): Task {
  task.state = SETTLED;
  return task;
}
