import type { Member } from "./member.ts";
import type { Pool } from "./pool.ts";
import { ASSIGNED, NOBODY, type Task } from "./task.ts";

/**
 * Requests that may be what ends workers. One worker at a time is kept for them: it ends what it has, then it runs one of them
 * after the other, alone, and then it is everybody's again.
 */
export class Quarantine {
  readonly #pool: Pool;
  #waiting: Task[] = [];
  #member: Member | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** How many wait for their turn. */
  get length(): number {
    return this.#waiting.length;
  }

  add(task: Task): void {
    const first = !task.quarantined;
    task.state = NOBODY;
    task.member = undefined;
    task.quarantined = true;
    this.#waiting.push(task);
    if (first) this.#pool.emitter.emit("quarantined", { pool: this.#pool.name, id: this.#pool.idOf(task) });
    this.next();
  }

  /** One that waited was settled. */
  remove(task: Task): void {
    this.#waiting = this.#waiting.filter((one) => one !== task);
  }

  each(show: (task: Task) => void): void {
    for (const task of [...this.#waiting]) show(task);
  }

  onDown(member: Member): void {
    if (this.#member === member) this.#member = undefined;
  }

  /** Goes on, if something can: to be called whenever a worker has done something. */
  next(): void {
    if (this.#member !== undefined && !isUp(this.#member)) this.#letGo();
    if (this.#member !== undefined && this.#member.inFlight > 0) return; // it ends what it has, or runs the one
    if (this.#waiting.length === 0 || !this.#pool.handsOut) {
      const free = this.#letGo();
      if (free !== undefined) this.#pool.fill(free);
      return;
    }
    const member = this.#member ?? this.#keepOne();
    if (member === undefined || member.inFlight > 0 || member.credits.window === 0) return;
    const task = this.#waiting.shift() as Task;
    member.assign(task);
    this.#pool.flush(member);
    if (task.state !== ASSIGNED) this.next(); // it could not be carried
  }

  #letGo(): Member | undefined {
    const member = this.#member;
    this.#member = undefined;
    if (member !== undefined) member.reserved = false;
    return member;
  }

  #keepOne(): Member | undefined {
    const { roster } = this.#pool;
    const member = roster.ready.reduce<Member | undefined>(
      (best, one) => (best === undefined || one.inFlight < best.inFlight ? one : best),
      undefined,
    );
    if (member === undefined) {
      roster.want(1);
      return undefined;
    }
    this.#member = member;
    member.reserved = true;
    if (this.#pool.takeBackAll(member) > 0) this.#pool.refill();
    return member;
  }
}

function isUp({ state }: Member): boolean {
  return state === "ready" || state === "retiring";
}
