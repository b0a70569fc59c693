import type { Transferable } from "node:worker_threads";
import { Claim, takeBack } from "../wire/claims.ts";
import { EXTRA, type Extra, headOf, slotOf, TEXT } from "../wire/frames.ts";
import type { Exit, WorkerLink } from "../worker-link.ts";
import type { Credits } from "./credits.ts";
import { inParts, partSize } from "./parts.ts";
import { ASSIGNED, type Task } from "./task.ts";

/** `retiring`: it works on, its successor is being started. `draining`: it ends what it began. `condemned`: so, and then it is ended. */
export type MemberState = "starting" | "ready" | "retiring" | "draining" | "condemned" | "down";

/** Of a job that began after it was told to stop: its time to do so begins when that is seen. */
export const WHEN_SEEN = 0;

export interface MemberOptions {
  readonly place: number;
  readonly incarnation: number;
  readonly slots: number;
  readonly claims: Int32Array | undefined;
  readonly credits: Credits;
  readonly bornMs: number;
}

/** What was known of a request when its worker ended. */
export type Fate = "untouched" | "running" | "done";

/** One worker, from its start to its end: what it has, what is on its way to it, and how much more it may be given. */
export class Member {
  readonly place: number;
  readonly incarnation: number;
  readonly credits: Credits;
  readonly bornMs: number;
  /** By slot; a slot may be held and have none: its request was taken back or given up. */
  readonly tasks: (Task | undefined)[];
  readonly #claims: Int32Array | undefined;
  /** Slots whose request was begun, where there are no claims to tell. */
  readonly #begun: Uint8Array;
  readonly #held: Uint8Array;
  readonly #free: number[];
  link: WorkerLink | undefined;
  state: MemberState = "starting";
  /** Whether it says when it begins a request. */
  tellsBegun = false;
  /** Kept for one request that must run alone. */
  reserved = false;
  /** Why it ends, if it was asked to. */
  asked: "scaledDown" | "recycled" | "drained" | "condemned" | "hung" | "outOfMemory" | undefined;
  exit: Exit | undefined;
  /** Whether it was ended from here, rather than by itself. */
  wasKilled = false;
  inFlight = 0;
  served = 0;
  /** Since when it has nothing to do. Units: milliseconds of steady time. */
  idleSinceMs: number;
  /** Slots whose job was told to stop, and by when it must have. Units: milliseconds of steady time. */
  readonly overdue = new Map<number, number>();
  #out: unknown[] = [];
  #outCount = 0;
  #outChars = 0;
  #transfers: Transferable[] = [];
  /** Whose they are. */
  #movers: Task[] = [];

  constructor({ place, incarnation, slots, claims, credits, bornMs }: MemberOptions) {
    this.place = place;
    this.incarnation = incarnation;
    this.credits = credits;
    this.bornMs = bornMs;
    this.idleSinceMs = bornMs;
    this.#claims = claims;
    this.tasks = new Array<Task | undefined>(slots).fill(undefined);
    this.#begun = new Uint8Array(slots);
    this.#held = new Uint8Array(slots);
    this.#free = Array.from({ length: slots }, (_, slot) => slots - 1 - slot);
  }

  /** Whether it takes one more request. */
  get hasRoom(): boolean {
    return (
      this.inFlight < this.credits.window &&
      this.#free.length > 0 &&
      !this.reserved &&
      (this.state === "ready" || this.state === "retiring")
    );
  }

  /** One word per slot, where host and worker share memory. */
  get claims(): Int32Array | undefined {
    return this.#claims;
  }

  get shares(): boolean {
    return this.#claims !== undefined;
  }

  /** How many requests wait to be handed over. */
  get outgoing(): number {
    return this.#outCount;
  }

  /** Units: characters of text among them. */
  get outgoingChars(): number {
    return this.#outChars;
  }

  /** Ends it at once. */
  kill(): void {
    this.wasKilled = true;
    this.link?.kill();
  }

  assign(task: Task): void {
    const slot = this.#free.pop() as number; // the caller asked for room first
    this.tasks[slot] = task;
    this.#held[slot] = 1;
    this.#begun[slot] = 0;
    this.inFlight++;
    task.state = ASSIGNED;
    task.member = this;
    task.slot = slot;
    task.startedMs = 0;
    if (this.#claims !== undefined) Atomics.store(this.#claims, slot, Claim.Queued);
    const extra = extraOf(task);
    const flags = (task.isText ? TEXT : 0) | (extra === undefined ? 0 : EXTRA);
    this.#out.push(headOf(0, flags, task.job, slot), task.number, task.body);
    if (extra !== undefined) this.#out.push(extra);
    if (task.isText) this.#outChars += (task.body as string).length;
    this.#outCount++;
    const { transfers } = task;
    if (transfers === undefined) return;
    this.#transfers.push(...transfers);
    this.#movers.push(task);
  }

  /** Hands over what waits. A value that cannot be carried after all costs only its own request. */
  flush(refuse: (task: Task, error: unknown) => void): void {
    if (this.#outCount === 0 || this.link === undefined || this.state === "down") return;
    const batch = this.#out;
    const transfers = this.#transfers;
    const size = partSize(this.inFlight);
    // In a stream of bytes parts would run together again; what moves is handed over with the batch it is in.
    const whole = this.#outCount <= size || !this.shares || transfers.length > 0;
    this.#out = [];
    this.#outCount = 0;
    this.#outChars = 0;
    if (this.#movers.length > 0) {
      this.#transfers = [];
      for (const task of this.#movers.splice(0)) task.isMoved = true;
    }
    if (whole) return this.#send(batch, transfers, refuse);
    for (const part of inParts(batch, size)) this.#send(part, [], refuse);
  }

  #send(batch: readonly unknown[], transfers: readonly Transferable[], refuse: (task: Task, error: unknown) => void): void {
    try {
      this.link?.send(batch, transfers);
    } catch {
      this.#flushOneByOne(batch, refuse);
    }
  }

  /** A worker says that it is done with a slot. `undefined` also when nobody waits for it any more; false when it never had it. */
  release(slot: number): Task | undefined | false {
    if (this.#held[slot] !== 1) return false;
    const task = this.tasks[slot];
    this.tasks[slot] = undefined;
    this.#held[slot] = 0;
    this.#free.push(slot);
    this.inFlight--;
    if (this.overdue.size > 0) this.overdue.delete(slot);
    return task;
  }

  /** `begun` is false when a worker that said so too early takes it back. */
  noteBegun(slot: number, begun: boolean): void {
    if (this.#held[slot] !== 1) return;
    this.#begun[slot] = begun ? 1 : 0;
    const task = this.tasks[slot];
    if (task !== undefined && !begun) task.startedMs = 0;
    if (begun && this.overdue.size > 0 && this.overdue.has(slot)) this.overdue.set(slot, WHEN_SEEN);
  }

  /** Takes a request back that was not begun; its slot is free when the worker has passed over it. */
  takeBack(task: Task): boolean {
    if (this.#claims === undefined || !takeBack(this.#claims, task.slot)) return false;
    this.tasks[task.slot] = undefined;
    task.member = undefined;
    return true;
  }

  /** Nobody waits for its answer any more. */
  forget(task: Task): void {
    this.tasks[task.slot] = undefined;
  }

  /** Whether its job runs, as far as one can see from here. */
  isRunning(slot: number): boolean {
    return this.#claims === undefined ? this.#begun[slot] === 1 : Atomics.load(this.#claims, slot) === Claim.Running;
  }

  /** Whether its job runs, or did, unless the worker would have said so. */
  mayRun(slot: number): boolean {
    return this.fateOf(slot) !== "untouched";
  }

  fateOf(slot: number): Fate {
    if (this.#claims === undefined) return this.#begun[slot] === 1 || !this.tellsBegun ? "running" : "untouched";
    const word = Atomics.load(this.#claims, slot);
    return word === Claim.Running ? "running" : word === Claim.Done ? "done" : "untouched";
  }

  /** What it has, in the order it was given. */
  assigned(): Task[] {
    const all = this.tasks.filter((task) => task !== undefined);
    return all.sort((a, b) => a.number - b.number);
  }

  #flushOneByOne(batch: readonly unknown[], refuse: (task: Task, error: unknown) => void): void {
    for (let at = 0; at < batch.length;) {
      const head = batch[at] as number;
      const size = (head & EXTRA) === 0 ? 3 : 4;
      const task = this.tasks[slotOf(head)];
      try {
        this.link?.send(batch.slice(at, at + size), task?.transfers ?? []);
      } catch (error) {
        this.release(slotOf(head));
        if (task !== undefined) refuse(task, error);
      }
      at += size;
    }
  }
}

function extraOf(task: Task): Extra | undefined {
  const { ownId, headers, deadline, attempt, items, transfers } = task;
  const plain = ownId === undefined && headers === undefined && deadline === undefined && attempt === 1;
  if (plain && items === undefined && transfers === undefined) return undefined;
  return { id: ownId, headers, deadline, attempt, items: items?.window, moved: transfers === undefined ? undefined : true };
}
