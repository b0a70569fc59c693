import { TransferLostError } from "../link-errors.ts";
import type { Availability } from "./availability.ts";
import type { Backlog } from "./backlog.ts";
import type { Dispatch } from "./dispatch.ts";
import type { KeepAlive } from "./keep-alive.ts";
import type { Overdue } from "./overdue.ts";
import type { Pool } from "./pool.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Stopping } from "./stopping.ts";
import { SETTLED, type Task, WAITS } from "./task.ts";
import type { Upkeep } from "./upkeep.ts";

export interface IntakeOptions {
  readonly pool: Pool;
  readonly backlog: Backlog;
  readonly dispatch: Dispatch;
  readonly quarantine: Quarantine;
  readonly availability: Availability;
  readonly overdue: Overdue;
  readonly keepAlive: KeepAlive;
  readonly upkeep: Upkeep;
  readonly stopping: Stopping;
}

/**
 * Where requests come in, and where each is struck off once, however it ends: between the two it is counted, because the process
 * stays alive, and stops wait, for as long as there are any.
 */
export class Intake {
  readonly #options: IntakeOptions;
  /** Requests that have not ended, without those that came late. */
  #pending = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Requests that have not ended. */
  get pending(): number {
    return this.#pending + this.#options.backlog.late;
  }

  /** Takes a request in: to a worker, if one has room, or to those that wait. */
  admit(task: Task, admitted: (() => void) | undefined): void {
    const { pool, dispatch, backlog, quarantine, overdue, keepAlive } = this.#options;
    pool.counts.noteAdmitted(task);
    if (task.endsMs !== Number.POSITIVE_INFINITY || overdue.looks) overdue.note(task.endsMs);
    if (!pool.jobs.allTake && pool.jobs.isLate(task)) return this.#put(task, admitted);
    if (this.#pending++ === 0) keepAlive.hold();
    if (task.origin !== undefined && !pool.suspects.isEmpty && pool.suspects.has(task.origin)) {
      if (quarantine.length >= pool.settings.maxItems) return pool.fail(task, backlog.fullError());
      admitted?.();
      return this.isolate(task);
    }
    const { room } = backlog;
    const member = task.lane === undefined ? (room.queue.length === 0 ? dispatch.pick() : undefined) : dispatch.ofLane(task.lane);
    if (member !== undefined && !pool.isPaused) {
      dispatch.assign(member, task);
      admitted?.();
    } else this.#wait(task, admitted);
  }

  /** Its caller stops waiting at another time now. */
  noteEnds({ endsMs }: Task): void {
    if (endsMs !== Number.POSITIVE_INFINITY) this.#options.overdue.note(endsMs);
  }

  /** What came late is late no more. */
  letInLate(): void {
    this.#options.backlog.letInLate(() => this.#pending++);
  }

  /** Starts workers. Without a run the first request does. */
  open(): void {
    const { pool, backlog, keepAlive, upkeep } = this.#options;
    const { min, max } = pool.settings;
    // A lane waits for its own place.
    const most = backlog.room.hasLanes(() => true) ? max : min;
    pool.roster.want(Math.max(most, this.#pending > 0 ? 1 : 0));
    if (this.#pending > 0) keepAlive.hold();
    upkeep.start();
  }

  /** A worker had it and did not begin it: back to where it came from, before all others. */
  handBack(task: Task): void {
    if (task.quarantined) this.isolate(task);
    else this.requeue(task);
  }

  /** Puts it back before all others: it was never begun, or may be begun again. */
  requeue(task: Task): void {
    const { pool, backlog } = this.#options;
    if (task.isMoved) return pool.fail(task, new TransferLostError(pool.name));
    backlog.room.unshift(task);
  }

  /** Lets it run alone, when a worker has nothing else. */
  isolate(task: Task): void {
    const { pool, quarantine } = this.#options;
    if (task.isMoved) return pool.fail(task, new TransferLostError(pool.name));
    quarantine.add(task);
  }

  /** Strikes it off. Its owner is told next. */
  end(task: Task): void {
    const { pool, backlog, keepAlive, stopping } = this.#options;
    if (task.state === WAITS) backlog.leave(task);
    task.state = SETTLED;
    if (pool.jobs.allTake) {
      if (--this.#pending === 0) keepAlive.release(this.#isIdle);
      return;
    }
    if (!pool.jobs.isLate(task) && --this.#pending === 0) keepAlive.release(this.#isIdle);
    stopping.noteEnd(task);
  }

  readonly #isIdle = (): boolean => this.#pending === 0;

  #wait(task: Task, admitted: (() => void) | undefined): void {
    const { pool, availability } = this.#options;
    if (pool.roster.target === 0) this.open();
    const { refusal } = availability;
    if (refusal !== undefined) return pool.fail(task, refusal);
    this.#growFor(task);
    this.#put(task, admitted);
  }

  #put(task: Task, admitted: (() => void) | undefined): void {
    const { pool, backlog } = this.#options;
    const refusal = backlog.put(task, admitted);
    if (refusal !== undefined) pool.fail(task, refusal);
  }

  /** One worker more, if those that there are have enough to do. */
  #growFor({ lane }: Task): void {
    const { pool, upkeep } = this.#options;
    const { roster, settings } = pool;
    if (roster.target === settings.max) return;
    if (lane !== undefined && roster.memberAt(lane) === undefined) roster.want(settings.max);
    else upkeep.growIfSlow();
  }
}
