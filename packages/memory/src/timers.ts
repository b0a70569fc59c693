import type { Clock, Timer } from "@job-orch/core";

/** Something that happens at a time, and knows where it stands in the heap. */
export interface Timed {
  /** Units: epoch milliseconds. */
  dueMs: number;
  /** Decides between what is due at the same time: lower first. */
  readonly stamp: number;
  /** Its place in the heap; −1 when it is in none. */
  heapIndex: number;
  readonly fire: (nowMs: number) => void;
}

const LEAST_SLOTS = 64;
/** What is due beyond this waits for the next turn, so that a million at once do not stop everything else. */
const MOST_PER_TURN = 4096;
/** How late an item may be after the machine slept or its clock was set forward. Units: milliseconds. */
const LONGEST_TIMER_MS = 5_000;

/** Any number of points in time behind one armed timer: a 4-ary heap that compares in typed arrays and moves in one of items. */
export class Timers {
  readonly #clock: Clock;
  readonly #ref: boolean;
  #times = new Float64Array(LEAST_SLOTS);
  #stamps = new Float64Array(LEAST_SLOTS);
  #items: Timed[] = [];
  #armed: Timer | undefined;
  #armedMs = Number.POSITIVE_INFINITY;

  /** With `ref` false, what is still to come does not keep the process alive. */
  constructor(clock: Clock, ref: boolean) {
    this.#clock = clock;
    this.#ref = ref;
  }

  get size(): number {
    return this.#items.length;
  }

  add(item: Timed): void {
    const index = this.#items.length;
    if (index === this.#times.length) this.#resize(index * 2);
    this.#items.push(item);
    this.#rise(index, item, item.dueMs, item.stamp);
    if (item.dueMs < this.#armedMs) this.#arm(this.#clock.now());
  }

  /** Takes it out before its time; nothing happens when it is not in here. */
  remove(item: Timed): void {
    const index = item.heapIndex;
    if (index < 0) return;
    item.heapIndex = -1;
    const last = this.#items.pop() as Timed;
    const lastMs = this.#times[this.#items.length] as number;
    if (last !== item) {
      this.#sink(index, last, lastMs, last.stamp);
      if (last.heapIndex === index) this.#rise(index, last, lastMs, last.stamp);
    }
    if (this.#items.length === 0) this.#disarm();
    else if (this.#times.length > LEAST_SLOTS && this.#items.length * 4 < this.#times.length) this.#resize(this.#times.length / 2);
  }

  /** Visits in no particular order. */
  each(visit: (item: Timed) => void): void {
    for (const item of this.#items) visit(item);
  }

  clear(): void {
    for (const item of this.#items) item.heapIndex = -1;
    this.#items = [];
    this.#resize(LEAST_SLOTS);
    this.#disarm();
  }

  readonly #fire = (): void => {
    this.#armed = undefined;
    this.#armedMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.now();
    for (let fired = 0; fired < MOST_PER_TURN; fired++) {
      const first = this.#items[0];
      if (first === undefined || (this.#times[0] as number) > nowMs) break;
      this.remove(first);
      first.fire(nowMs);
    }
    this.#arm(nowMs);
  };

  #arm(nowMs: number): void {
    this.#disarm();
    const firstMs = this.#times[0] as number;
    if (this.#items.length === 0 || firstMs === Number.POSITIVE_INFINITY) return;
    this.#armedMs = firstMs;
    // In pieces: a timer stands still while the machine sleeps, and does not hear that somebody set its clock.
    const delayMs = Math.min(Math.max(0, firstMs - nowMs), LONGEST_TIMER_MS);
    this.#armed = this.#clock.after(delayMs, this.#fire, { ref: this.#ref });
  }

  #disarm(): void {
    this.#armed?.cancel();
    this.#armed = undefined;
    this.#armedMs = Number.POSITIVE_INFINITY;
  }

  #rise(from: number, item: Timed, dueMs: number, stamp: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 2;
      if (!this.#sooner(dueMs, stamp, parent)) break;
      this.#move(parent, index);
      index = parent;
    }
    this.#set(index, item, dueMs, stamp);
  }

  #sink(from: number, item: Timed, dueMs: number, stamp: number): void {
    let index = from;
    for (;;) {
      const child = this.#soonestChild(index);
      if (child < 0 || this.#sooner(dueMs, stamp, child)) break;
      this.#move(child, index);
      index = child;
    }
    this.#set(index, item, dueMs, stamp);
  }

  #soonestChild(index: number): number {
    const first = index * 4 + 1;
    const end = Math.min(first + 4, this.#items.length);
    if (first >= end) return -1;
    let soonest = first;
    for (let child = first + 1; child < end; child++) {
      if (this.#sooner(this.#times[child] as number, this.#stamps[child] as number, soonest)) soonest = child;
    }
    return soonest;
  }

  #sooner(dueMs: number, stamp: number, index: number): boolean {
    const otherMs = this.#times[index] as number;
    return dueMs === otherMs ? stamp < (this.#stamps[index] as number) : dueMs < otherMs;
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#items[from] as Timed, this.#times[from] as number, this.#stamps[from] as number);
  }

  #set(index: number, item: Timed, dueMs: number, stamp: number): void {
    this.#items[index] = item;
    this.#times[index] = dueMs;
    this.#stamps[index] = stamp;
    item.heapIndex = index;
  }

  #resize(slots: number): void {
    this.#times = resized(this.#times, slots);
    this.#stamps = resized(this.#stamps, slots);
  }
}

function resized(numbers: Float64Array, slots: number): Float64Array<ArrayBuffer> {
  const made = new Float64Array(slots);
  made.set(numbers.subarray(0, Math.min(slots, numbers.length)));
  return made;
}
