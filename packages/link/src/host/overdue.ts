import { AttemptTimeoutError, DeadlineError } from "@job-orch/core";
import { steadyNow, type Sweeper } from "@job-orch/core/substrate";
import { type Member, WHEN_SEEN } from "./member.ts";
import type { Pool } from "./pool.ts";
import type { Task } from "./task.ts";

/** An attempt's time begins when it is seen to run; it is looked for this often in its length. */
const LOOKS_PER_TIMEOUT = 8;
const SHORTEST_LOOK_MS = 5;
/** The neighbours of a job that does not stop get this many times its grace. */
const NEIGHBOUR_GRACES = 5;
/** Of a condemned worker that was ended and whose end was not heard of yet. */
const ENDED = Number.NEGATIVE_INFINITY;

/** Everything that has a time: callers who stop waiting, attempts that run too long, jobs that do not stop when told to. */
export class Overdue {
  readonly #pool: Pool;
  readonly #sweeper: Sweeper;
  readonly #lookMs: number;
  /** When a condemned worker is ended, whoever runs in it. Units: milliseconds of steady time. */
  readonly #condemned = new WeakMap<Member, number>();

  constructor(pool: Pool, sweeper: Sweeper) {
    this.#pool = pool;
    this.#sweeper = sweeper;
    const { timeoutMs } = pool.settings;
    this.#lookMs = Number.isFinite(timeoutMs) ? Math.max(SHORTEST_LOOK_MS, timeoutMs / LOOKS_PER_TIMEOUT) : Number.POSITIVE_INFINITY;
  }

  /** Whether every request has to be looked after, also one whose caller waits for ever: its attempts have a time. */
  get looks(): boolean {
    return this.#lookMs !== Number.POSITIVE_INFINITY;
  }

  /** Something is due then. */
  note(atMs: number): void {
    this.#sweeper.note(atMs);
    if (this.looks) this.#sweeper.note(this.#nowMs() + this.#lookMs);
  }

  /** A job was told to stop; it has until then. */
  watch(member: Member, slot: number): void {
    const { graceMs } = this.#pool.settings;
    if (!Number.isFinite(graceMs)) return;
    const byMs = this.#nowMs() + graceMs;
    member.overdue.set(slot, byMs);
    this.#sweeper.note(byMs);
  }

  stop(): void {
    this.#sweeper.stop();
  }

  /** Handles what is due; when the next is. */
  sweep(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    const late: Task[] = [];
    this.#pool.each((task) => {
      if (task.endsMs > nowMs) nextMs = Math.min(nextMs, task.endsMs);
      else late.push(task);
    });
    for (const task of late) this.#pool.abandon(task, this.#deadline(task));
    nextMs = Math.min(nextMs, this.#sweepAttempts(nowMs));
    for (const member of this.#pool.roster.members) nextMs = Math.min(nextMs, this.#sweepStubborn(member, nowMs));
    return nextMs;
  }

  #deadline(task: Task): DeadlineError {
    const what = task.items === undefined ? "response" : "item";
    return new DeadlineError(`No ${what} from "${task.owner.name}" to request "${this.#pool.idOf(task)}" in time; it may still run`);
  }

  #sweepAttempts(nowMs: number): number {
    const { timeoutMs } = this.#pool.settings;
    if (!Number.isFinite(timeoutMs)) return Number.POSITIVE_INFINITY;
    let any = false;
    for (const member of this.#pool.roster.members) {
      const running = this.#presumed(member);
      for (const task of member.tasks) {
        if (task === undefined) continue;
        any = true;
        if (task.startedMs === 0) {
          if (running === undefined ? member.isRunning(task.slot) : running.has(task)) task.startedMs = nowMs;
        } else if (nowMs - task.startedMs >= timeoutMs) {
          const id = this.#pool.idOf(task);
          this.#pool.abandon(task, new AttemptTimeoutError(`Attempt ${task.attempt} of request "${id}" took longer than ${timeoutMs} ms`));
        }
      }
    }
    return any || this.#pool.pending > 0 ? nowMs + this.#lookMs : Number.POSITIVE_INFINITY;
  }

  /** Of a worker that does not say what it has begun: the first it was given, as many as it runs at once. */
  #presumed(member: Member): ReadonlySet<Task> | undefined {
    if (member.shares || member.tellsBegun) return undefined;
    return new Set(member.assigned().slice(0, this.#pool.settings.concurrency));
  }

  /** A job that was told to stop and did not: its worker gets no more work, its neighbours get time, and then it is ended. */
  #sweepStubborn(member: Member, nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    const killAtMs = this.#condemned.get(member);
    if (killAtMs === ENDED) return nextMs; // its end is on its way
    if (killAtMs === undefined) {
      for (const [slot, byMs] of member.overdue) {
        if (byMs > nowMs) nextMs = Math.min(nextMs, byMs);
        else if (byMs !== WHEN_SEEN && member.fateOf(slot) === "running") return this.#condemn(member, nowMs);
        else nextMs = Math.min(nextMs, this.#again(member, slot, nowMs)); // it waits, began just now, or has ended and could not say so
      }
      return nextMs;
    }
    const neighbours = member.tasks.some((task) => task !== undefined);
    if (!neighbours || nowMs >= killAtMs) {
      this.#condemned.set(member, ENDED);
      member.kill();
      return nextMs;
    }
    return Math.min(killAtMs, nowMs + SHORTEST_LOOK_MS * 4);
  }

  #again(member: Member, slot: number, nowMs: number): number {
    const byMs = nowMs + this.#pool.settings.graceMs;
    member.overdue.set(slot, byMs);
    return byMs;
  }

  #condemn(member: Member, nowMs: number): number {
    const { name, emitter, roster, settings } = this.#pool;
    const { place, incarnation } = member;
    emitter.emit("workerCondemned", { pool: name, place, incarnation, why: "a job did not stop when it was told to" });
    roster.condemn(member, "condemned");
    this.#pool.takeBackAll(member);
    this.#pool.refill();
    this.#condemned.set(member, nowMs + settings.graceMs * NEIGHBOUR_GRACES);
    return nowMs;
  }

  #nowMs(): number {
    return steadyNow(this.#pool.settings.environment.clock);
  }
}
