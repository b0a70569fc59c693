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

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Looks around in a moment, if there is anything to take. */
  soon(): void {
    if (this.#timer !== undefined || !this.#pool.settings.steal || this.#victim() === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, PATIENCE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { roster, queue } = this.#pool;
    for (const thief of roster.ready) {
      if (thief.inFlight > 0 || thief.reserved || queue.length > 0) continue;
      const victim = this.#victim();
      if (victim === undefined || victim === thief) return;
      this.#take(victim, thief);
    }
    this.soon();
  }

  /** Who has the most that it may not have begun. */
  #victim(): Member | undefined {
    const { concurrency } = this.#pool.settings;
    let most = concurrency;
    let victim: Member | undefined;
    for (const member of this.#pool.roster.ready) {
      if (!member.shares || member.inFlight <= most || !member.tasks.some((task) => task !== undefined && !member.isRunning(task.slot)))
        continue;
      most = member.inFlight;
      victim = member;
    }
    return this.#pool.roster.ready.some((member) => member !== victim && member.inFlight === 0) ? victim : undefined;
  }

  /** Half of the victim's unbegun requests, from their end: the victim goes on at their beginning. */
  #take(victim: Member, thief: Member): void {
    const waiting = victim.assigned().filter((task) => canMove(task) && !victim.isRunning(task.slot));
    const taken = waiting.slice(Math.floor(waiting.length / 2)).filter((task) => victim.takeBack(task));
    if (taken.length === 0) return;
    for (const task of taken) {
      if (thief.hasRoom) thief.assign(task);
      else this.#pool.requeue(task);
    }
    this.#pool.flush(thief);
    this.#pool.counts.stolen += taken.length;
    const { name, emitter } = this.#pool;
    emitter.emit("stolen", { pool: name, from: victim.place, to: thief.place, count: taken.length });
  }
}

/** Lanes stay with their worker; buffers that were moved to one cannot be taken back. */
function canMove({ lane, quarantined, transfers }: Task): boolean {
  return lane === undefined && !quarantined && transfers === undefined;
}
