import { resized } from "../typed.ts";

const LEAST_CAPACITY = 64;

/** Slots in the order of their time, as a 4-ary heap in typed arrays; equal times in the order of their stamps. 20 bytes a slot. */
export class OrderedSlots {
  #times = new Float64Array(LEAST_CAPACITY);
  #stamps = new Int32Array(LEAST_CAPACITY);
  #slots = new Int32Array(LEAST_CAPACITY);
  /** Where a slot stands in the heap. */
  #places = new Int32Array(LEAST_CAPACITY);
  size = 0;

  /** `Infinity` when there is none. */
  get firstTime(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  get firstSlot(): number {
    return this.#slots[0] as number;
  }

  /** Slots are small whole numbers, each in here at most once. */
  add(slot: number, time: number, stamp: number): void {
    const capacity = this.#slots.length;
    if (Math.max(this.size, slot) >= capacity) this.#resize(capacity * 2);
    this.#rise(this.size++, slot, time, stamp);
  }

  remove(slot: number): void {
    const place = this.#places[slot] as number;
    const last = --this.size;
    if (place === last) return;
    const moved = this.#slots[last] as number;
    const time = this.#times[last] as number;
    const stamp = this.#stamps[last] as number;
    if (place > 0 && this.#sooner(time, stamp, (place - 1) >> 2)) this.#rise(place, moved, time, stamp);
    else this.#sink(place, moved, time, stamp);
  }

  #rise(from: number, slot: number, time: number, stamp: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      if (!this.#sooner(time, stamp, parent)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#set(place, slot, time, stamp);
  }

  #sink(from: number, slot: number, time: number, stamp: number): void {
    let place = from;
    for (let child = this.#soonestChild(place); child > 0 && !this.#sooner(time, stamp, child); child = this.#soonestChild(place)) {
      this.#move(child, place);
      place = child;
    }
    this.#set(place, slot, time, stamp);
  }

  #soonestChild(place: number): number {
    const first = place * 4 + 1;
    if (first >= this.size) return 0;
    const end = Math.min(first + 4, this.size);
    let soonest = first;
    for (let child = first + 1; child < end; child++) {
      if (this.#sooner(this.#times[child] as number, this.#stamps[child] as number, soonest)) soonest = child;
    }
    return soonest;
  }

  #sooner(time: number, stamp: number, place: number): boolean {
    const other = this.#times[place] as number;
    return time === other ? stamp < (this.#stamps[place] as number) : time < other;
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#slots[from] as number, this.#times[from] as number, this.#stamps[from] as number);
  }

  #set(place: number, slot: number, time: number, stamp: number): void {
    this.#slots[place] = slot;
    this.#times[place] = time;
    this.#stamps[place] = stamp;
    this.#places[slot] = place;
  }

  #resize(capacity: number): void {
    this.#times = resized(this.#times, capacity);
    this.#stamps = resized(this.#stamps, capacity);
    this.#slots = resized(this.#slots, capacity);
    this.#places = resized(this.#places, capacity);
  }
}
