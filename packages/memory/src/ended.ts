import type { MemoryDelivery } from "./delivery.ts";
import { Entry } from "./entry.ts";

/** What was completed, with its record, or as it was lent when it has none. */
export type Finished = MemoryDelivery | Entry;

/** The newest frames that reached their end, bounded by count: completed and cancelled ones in a ring, dead letters apart. */
export class Ended {
  /** Oldest first. */
  readonly dead = new Set<Entry>();
  cancelled = 0;
  readonly #mostFinished: number;
  readonly #mostDead: number;
  #items: Finished[] = [];
  /** Two per item: when its last attempt started, when it ended. Units: epoch milliseconds. */
  #times: Float64Array;
  #next = 0;

  constructor(mostFinished: number, mostDead: number) {
    this.#mostFinished = mostFinished;
    this.#mostDead = mostDead;
    this.#times = new Float64Array(0);
  }

  get completed(): number {
    return this.#items.length - this.cancelled;
  }

  get size(): number {
    return this.#items.length + this.dead.size;
  }

  finish(item: Finished, startedMs: number, endedMs: number): void {
    if (this.#mostFinished === 0) return;
    const slot = this.#next;
    if (slot * 2 >= this.#times.length) this.#grow();
    const old = this.#items[slot];
    if (old === undefined) this.#items.push(item);
    else {
      if (isCancelled(old)) this.cancelled--;
      this.#items[slot] = item;
    }
    if (isCancelled(item)) this.cancelled++;
    this.#times[slot * 2] = startedMs;
    this.#times[slot * 2 + 1] = endedMs;
    this.#next = slot + 1 === this.#mostFinished ? 0 : slot + 1;
  }

  bury(entry: Entry): void {
    if (this.#mostDead === 0) return;
    this.dead.add(entry);
    if (this.dead.size <= this.#mostDead) return;
    for (const oldest of this.dead) {
      this.dead.delete(oldest);
      break;
    }
  }

  /** Visits completed and cancelled ones. */
  each(visit: (item: Finished, startedMs: number, endedMs: number) => void): void {
    this.#items.forEach((item, slot) => visit(item, this.#times[slot * 2] as number, this.#times[slot * 2 + 1] as number));
  }

  /** Forgets completed and cancelled ones. Returns how many. */
  forget(which: (item: Finished) => boolean): number {
    const kept: { item: Finished; startedMs: number; endedMs: number }[] = [];
    this.each((item, startedMs, endedMs) => {
      if (!which(item)) kept.push({ item, startedMs, endedMs });
    });
    const gone = this.#items.length - kept.length;
    if (gone === 0) return 0;
    kept.sort((one, other) => one.endedMs - other.endedMs);
    this.#items = [];
    this.#next = 0;
    this.cancelled = 0;
    for (const { item, startedMs, endedMs } of kept) this.finish(item, startedMs, endedMs);
    return gone;
  }

  #grow(): void {
    const times = new Float64Array(Math.min(Math.max(16, this.#times.length * 2), this.#mostFinished * 2));
    times.set(this.#times);
    this.#times = times;
  }
}

/** Frames without a record were never cancelled: cancelling makes one. */
export function isCancelled(item: Finished): boolean {
  return item instanceof Entry && item.place === "cancelled";
}
