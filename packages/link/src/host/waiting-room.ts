import { type Admission, Admissions } from "./admissions.ts";
import { NOBODY, type Task, WAITS } from "./task.ts";
import { TaskQueue } from "./task-queue.ts";

/** Beyond a full queue so many senders may wait, and then they are refused: memory must not grow with them. */
export const MOST_WAITING = 1_000_000;

/** Where there are lanes, one turn in so many goes to who is bound to no place: lanes that are never empty would starve it. */
const TURN_OF_ALL = 8;

export interface RoomLimits {
  readonly maxItems: number;
  /** Units: bytes of text and buffers. */
  readonly maxBytes: number;
  /** How many places there are: lanes are shared out among them. */
  readonly max: number;
}

/** Where requests wait for a worker: one queue for all, one per place for those that are bound to it, and in front of them those for whom there was no room. */
export class WaitingRoom {
  readonly queue = new TaskQueue();
  readonly #limits: RoomLimits;
  /** Requests bound to a place. */
  readonly #lanes: (TaskQueue | undefined)[] = [];
  readonly #admissions = new Admissions();
  /** How many turns each place had since one of them went to all. */
  readonly #laneTurns: number[] = [];
  #items = 0;
  #bytes = 0;

  constructor(limits: RoomLimits) {
    this.#limits = limits;
  }

  /** All that wait. */
  get length(): number {
    return this.#items + this.#admissions.length;
  }

  /** Of them, those for whom there was no room yet. */
  get outside(): number {
    return this.#admissions.length;
  }

  /** Whether one more can come in; those who came before go first. */
  get hasRoom(): boolean {
    return this.#admissions.length === 0 && this.#isRoomy;
  }

  /** Whether anyone waits for a place of its own, of which this is true. */
  hasLanes(isMeant: (place: number) => boolean): boolean {
    return this.#lanes.some((lane, place) => lane !== undefined && lane.length > 0 && isMeant(place));
  }

  /** How many wait for this place alone. */
  inLane(place: number): number {
    return this.#lanes[place]?.length ?? 0;
  }

  push(task: Task): void {
    this.#enter(task);
    this.#queueOf(task).push(task);
  }

  /** Puts it before all others: it was on its way already. */
  unshift(task: Task): void {
    this.#enter(task);
    this.#queueOf(task).unshift(task);
  }

  /** The next for this place; without one, the next for any. Lanes go first, as nobody else takes them, but for one turn in so many. */
  shift(place: number | undefined): Task | undefined {
    const lane = place === undefined ? undefined : this.#lanes[place];
    const task =
      place !== undefined && lane !== undefined && this.#isLaneTurn(place)
        ? (lane.shift() ?? this.queue.shift())
        : (this.queue.shift() ?? lane?.shift());
    if (task !== undefined) this.#count(task, -1);
    return task;
  }

  /** Takes out all that have come in. */
  takeInside(): readonly Task[] {
    const all: Task[] = [];
    for (const queue of [...this.#lanes, this.queue]) {
      for (let task = queue?.shift(); task !== undefined; task = queue?.shift()) all.push(task);
    }
    for (const task of all) this.#count(task, -1);
    return all;
  }

  /** Takes out all for whom there was no room. */
  takeOutside(): readonly Admission[] {
    const all: Admission[] = [];
    for (let next = this.#admissions.shift(); next !== undefined; next = this.#admissions.shift()) all.push(next);
    return all;
  }

  pushOutside(task: Task, admitted: (() => void) | undefined): void {
    task.state = NOBODY;
    this.#admissions.push(task, admitted);
  }

  /** Lets those in for whom there is room now, and shows them; whether there was any. */
  letIn(show: (task: Task) => void): boolean {
    let any = false;
    while (this.#isRoomy) {
      const next = this.#admissions.shift();
      if (next === undefined) break;
      any = true;
      this.push(next.task);
      show(next.task);
      next.admitted?.();
    }
    return any;
  }

  /** One that waits here is settled. Its state says so next. */
  leave(task: Task): void {
    this.#count(task, -1);
  }

  /** It was settled while it waited; `wasInside`: it had come in. */
  noteSettled(task: Task, wasInside: boolean): void {
    if (wasInside) this.#queueOf(task).noteSettled();
    else this.#admissions.noteSettled();
  }

  each(show: (task: Task) => void): void {
    this.queue.each(show);
    for (const lane of this.#lanes) lane?.each(show);
    this.#admissions.each(show);
  }

  /** Counted by place: where workers take turns, it would be the same one each time whose lane has to wait. */
  #isLaneTurn(place: number): boolean {
    const turns = (this.#laneTurns[place] ?? 0) + 1;
    this.#laneTurns[place] = turns % TURN_OF_ALL;
    return turns < TURN_OF_ALL;
  }

  get #isRoomy(): boolean {
    return this.#items < this.#limits.maxItems && this.#bytes < this.#limits.maxBytes;
  }

  #enter(task: Task): void {
    task.state = WAITS;
    task.member = undefined;
    task.waitingBytes = bytesOf(task.body);
    this.#count(task, 1);
  }

  #queueOf(task: Task): TaskQueue {
    if (task.lane === undefined) return this.queue;
    return (this.#lanes[task.lane % this.#limits.max] ??= new TaskQueue());
  }

  #count(task: Task, sign: 1 | -1): void {
    this.#items += sign;
    this.#bytes += sign * task.waitingBytes;
  }
}

function bytesOf(body: unknown): number {
  if (typeof body === "string") return body.length;
  return ArrayBuffer.isView(body) || body instanceof ArrayBuffer || body instanceof SharedArrayBuffer ? body.byteLength : 0;
}
