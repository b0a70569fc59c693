import type { Member } from "./member.ts";
import type { Pool } from "./pool.ts";
import type { Task } from "./task.ts";

/** Whoever has nothing to do waits this long before it takes from others: most often something comes by itself. Units: milliseconds. */
const PATIENCE_MS = 1;

/**
 * Takes requests back from workers that have not begun them, for those that have nothing to do: an estimate was wrong, or a
 * job is much longer than the others. It works while the victim's thread is blocked, because claims are shared memory.
 */
export class Stealing {
  readonly #pool: Pool;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** How much a worker had ended when something was taken from it. */
  readonly #progress = new WeakMap<Member, number>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Looks around in a moment, if there is anything to take. */
  soon(): void {
    if (this.#immediate !== undefined || !this.#pool.settings.steal) return;
    const victim = this.#victim();
    if (victim === undefined) return;
    const comesByItself = this.#pool.waiting > 0 || victim.inFlight * victim.credits.serviceUs < PATIENCE_MS * 1_000;
    if (comesByItself) this.#later();
    else this.#immediate = setImmediate(this.#look);
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = this.#immediate = undefined;
  }

  #later(): void {
    this.#timer ??= setTimeout(this.#look, PATIENCE_MS);
  }

  readonly #look = (): void => {
    this.stop();
    const { queue } = this.#pool.room;
    const { roster } = this.#pool;
    for (const thief of roster.ready) {
      if (thief.inFlight > 0 || thief.reserved || queue.length > 0) continue;
      const victim = this.#victim();
      if (victim === undefined || victim === thief) return;
      this.#take(victim, thief);
    }
    if (queue.length > 0) this.#pool.refill(); // more was taken than its thief has room for, and others have nothing to do
    if (this.#victim() !== undefined) this.#later();
  };

  /** Who has the most that it may not have begun. */
  #victim(): Member | undefined {
    const { concurrency } = this.#pool.settings;
    let most = concurrency;
    let victim: Member | undefined;
    for (const member of this.#pool.roster.ready) {
      if (!member.shares || member.inFlight <= most || !member.tasks.some((task) => task !== undefined && canTake(member, task))) continue;
      most = member.inFlight;
      victim = member;
    }
    return this.#pool.roster.ready.some((member) => member !== victim && member.inFlight === 0) ? victim : undefined;
  }

  /**
   * Half of the victim's unbegun requests, from their end: the victim goes on at their beginning. All of them, when it ended
   * nothing since the last time: it is busy with something long.
   */
  #take(victim: Member, thief: Member): void {
    const waiting = victim.assigned().filter((task) => canTake(victim, task));
    const stuck = this.#progress.get(victim) === victim.served;
    const taken = waiting.slice(stuck ? 0 : Math.floor(waiting.length / 2)).filter((task) => victim.takeBack(task));
    if (taken.length === 0) return;
    this.#progress.set(victim, victim.served);
    for (const task of taken) {
      if (thief.hasRoom) thief.assign(task);
      else this.#pool.intake.requeue(task);
    }
    this.#pool.flush(thief);
    this.#pool.counts.stolen += taken.length;
    const { name, emitter } = this.#pool;
    emitter.emit("stolen", { pool: name, from: victim.place, to: thief.place, count: taken.length });
  }
}

/** Not what it began; lanes stay with their worker; buffers that were moved to one cannot be taken back. */
function canTake(member: Member, { lane, quarantined, transfers, slot }: Task): boolean {
  return lane === undefined && !quarantined && transfers === undefined && !member.isRunning(slot);
}
