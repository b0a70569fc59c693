import type { Frame } from "@job-orch/core";
import { Entry } from "./entry.ts";

/** A frame that waits: as it came, or with the record that one with options or a past needs. */
export type Waiting = Frame | Entry;

const LEAST_SLOTS = 16;
/** A ring up to this size is kept when it runs empty; a larger one gives half of its memory back each time, so that bursts find most of it. */
const KEPT_SLOTS = 2 ** 16;

/**
 * First in, first out, in two parallel arrays: one slot per frame and nothing else. An item that knows its position can
 * also be taken out of the middle; that leaves a hole.
 */
export class ReadyRing {
  live = 0;
  #items: (Waiting | undefined)[] = new Array(LEAST_SLOTS);
  #stamps = new Float64Array(LEAST_SLOTS);
  #mask = LEAST_SLOTS - 1;
  #head = 0;
  #tail = 0;

  /** Returns its position. */
  push(item: Waiting, stamp: number): number {
    if (this.#tail - this.#head > this.#mask) this.#grow();
    const position = this.#tail++;
    this.#put(position, item, stamp);
    return position;
  }

  /** Puts it before all others. Returns its position. */
  pushFront(item: Waiting, stamp: number): number {
    if (this.#tail - this.#head > this.#mask) this.#grow();
    const position = --this.#head;
    this.#put(position, item, stamp);
    return position;
  }

  /** The stamp of the first item; only when there is one. */
  firstStamp(): number {
    while (this.#items[this.#head & this.#mask] === undefined) this.#head++; // holes
    return this.#stamps[this.#head & this.#mask] as number;
  }

  /** Takes the first item; only when there is one. */
  shift(): Waiting {
    let item: Waiting | undefined;
    do {
      const slot = this.#head++ & this.#mask;
      item = this.#items[slot];
      this.#items[slot] = undefined;
    } while (item === undefined);
    if (--this.live === 0) this.#reset();
    return item;
  }

  /** Takes an item out of the middle. */
  remove(position: number): void {
    this.#items[position & this.#mask] = undefined;
    if (--this.live === 0) this.#reset();
    else if (position === this.#tail - 1) while (this.#items[(this.#tail - 1) & this.#mask] === undefined) this.#tail--;
  }

  /** Visits every item, first to last; the visitor may remove the one it is shown. */
  each(visit: (item: Waiting, stamp: number, position: number) => void): void {
    const end = this.#tail;
    for (let position = this.#head; position < end; position++) {
      const item = this.#items[position & this.#mask];
      if (item !== undefined) visit(item, this.#stamps[position & this.#mask] as number, position);
    }
  }

  #put(position: number, item: Waiting, stamp: number): void {
    this.#items[position & this.#mask] = item;
    this.#stamps[position & this.#mask] = stamp;
    this.live++;
  }

  /** Makes room, by closing holes or by doubling. Items that know their position are told the new one. */
  #grow(): void {
    const slots = this.live * 2 > this.#mask ? (this.#mask + 1) * 2 : this.#mask + 1;
    const items: (Waiting | undefined)[] = new Array(slots);
    const stamps = new Float64Array(slots);
    let tail = 0;
    for (let position = this.#head; position < this.#tail; position++) {
      const item = this.#items[position & this.#mask];
      if (item === undefined) continue;
      if (item instanceof Entry) item.position = tail;
      items[tail] = item;
      stamps[tail++] = this.#stamps[position & this.#mask] as number;
    }
    this.#items = items;
    this.#stamps = stamps;
    this.#mask = slots - 1;
    this.#head = 0;
    this.#tail = tail;
  }

  #reset(): void {
    this.#head = 0;
    this.#tail = 0;
    if (this.#mask < KEPT_SLOTS) return;
    const slots = (this.#mask + 1) / 2;
    this.#items.length = slots; // all of them are empty
    this.#stamps = new Float64Array(slots);
    this.#mask = slots - 1;
  }
}
