import type { Frame } from "@job-orch/core";
import { DedupeTable } from "./dedupe.ts";
import { MemoryDelivery } from "./delivery.ts";
import { Ended } from "./ended.ts";
import { Entry } from "./entry.ts";
import type { Home } from "./home.ts";
import { OrderKeys } from "./order-keys.ts";
import { DEFAULT_PRIORITY, PriorityLevels } from "./priority-levels.ts";
import type { Waiting } from "./ready-ring.ts";
import type { Taker, Wait } from "./wait.ts";
import type { Waiters } from "./waiters.ts";

const RESOLVED = Promise.resolve();

export interface MailboxOptions {
  readonly home: Home;
  /** Whether ended frames are kept for inspection. */
  readonly keepsEnded: boolean;
  /** Who waits for the room that others leave. */
  readonly waiters: Waiters;
}

/**
 * Frames that wait for one of several receivers: of a work channel, of a group, or one receiver's own.
 * What is ready is in rings by priority, what is due later in the transport's timers, what waits behind an order key in its line.
 */
export class Mailbox {
  readonly home: Home;
  readonly ready = new PriorityLevels();
  readonly ended: Ended;
  readonly takers = new Set<Taker>();
  /** How many are due later. */
  delayed = 0;
  /** How many are on loan. */
  lent = 0;
  /** What waits. Units: bytes; stays 0 when bodies have no size. */
  bytes = 0;
  paused = false;
  keys: OrderKeys | undefined;
  #dedupe: DedupeTable | undefined;
  readonly #sized: boolean;
  readonly #waiters: Waiters;
  readonly #parked = new Set<Wait>();
  #waking = false;
  closed = false;
  /** Why it was closed, when its receiver has to hear of it. */
  error: Error | undefined;

  constructor({ home, keepsEnded, waiters }: MailboxOptions) {
    const { isolation, mostCompleted, mostDead } = home.settings;
    this.home = home;
    this.ended = keepsEnded ? new Ended(mostCompleted, mostDead) : new Ended(0, 0);
    this.#sized = isolation === "codec";
    this.#waiters = waiters;
  }

  /** How many frames wait; in-flight ones do not. */
  get waiting(): number {
    return this.ready.live + this.delayed + (this.keys?.followers ?? 0);
  }

  /** How many of these frames there is room for, from the first on. An empty mailbox takes one of any size. */
  roomFor(frames: readonly Frame[], from: number): number {
    const { mostFrames, mostBytes } = this.home.settings;
    const { waiting } = this;
    const count = Math.min(frames.length - from, mostFrames - waiting);
    if (!this.#sized || count <= 0) return Math.max(0, count);
    let { bytes } = this;
    for (let taken = 0; taken < count; taken++) {
      bytes += sizeOf(frames[from + taken] as Frame);
      if (bytes > mostBytes) return taken === 0 && waiting === 0 ? 1 : taken;
    }
    return count;
  }

  /** Whether all of them go in at once; more than the capacity do when nothing else is there. */
  fits(frames: readonly Frame[]): boolean {
    return this.waiting === 0 || this.roomFor(frames, 0) === frames.length;
  }

  /** Takes frames in. The caller has seen to the room. */
  accept(frames: readonly Frame[]): void {
    const { stamps, turn } = this.home;
    const nowMs = turn.now();
    for (let index = 0; index < frames.length; index++) {
      const frame = frames[index] as Frame;
      const stamp = stamps.next(nowMs);
      if (frame.options !== undefined) this.#admit(frame, stamp);
      else {
        this.ready.push(DEFAULT_PRIORITY, frame, stamp);
        if (this.#sized) this.bytes += sizeOf(frame);
      }
    }
    this.wake();
  }

  /** Hands out what is ready, at most so many. */
  take(max: number, taker: Taker): MemoryDelivery[] {
    const deliveries: MemoryDelivery[] = [];
    const count = Math.min(max, taker.room, this.paused ? 0 : this.ready.live);
    if (count <= 0) return deliveries;
    for (let taken = 0; taken < count; taken++) deliveries.push(this.#begin(this.ready.shift()));
    this.lent += count;
    taker.lend(deliveries, this.home.clock.now());
    if (this.#waiters.size > 0) this.#waiters.flush();
    return deliveries;
  }

  /** Waits for `wake`. */
  park(wait: Wait): void {
    this.#parked.add(wait);
  }

  readonly unpark = (wait: Wait): void => {
    this.#parked.delete(wait);
  };

  /** Whether somebody waits who may hold so many more: who gets at the end of this turn what came in it is not slow. */
  awaits(count: number): boolean {
    for (const { taker } of this.#parked) if (taker.room >= this.waiting + count) return !this.paused;
    return false;
  }

  /** Ends the waits of a receiver that leaves. */
  endWaits(taker: Taker): void {
    for (const wait of this.#parked) if (wait.taker === taker) wait.resolve([]);
  }

  /** Serves those who wait, at the end of this turn, so that they get together what comes together. */
  wake(): void {
    if (this.#waking || this.#parked.size === 0 || this.ready.live === 0 || this.paused) return;
    this.#waking = true;
    void RESOLVED.then(this.#serve);
  }

  readonly #serve = (): void => {
    this.#waking = false;
    let left = this.#parked.size;
    for (const wait of this.#parked) {
      if (this.ready.live === 0 || this.paused) return;
      const share = Math.max(1, Math.ceil(this.ready.live / left--)); // those who wait share what is there
      if (wait.taker.room > 0) wait.resolve(this.take(Math.min(wait.max, share), wait.taker));
    }
  };

  /** Takes an entry in: behind those with its order key, if there are any. */
  join(entry: Entry, nowMs: number): void {
    this.weigh(entry.frame, 1);
    const { orderKey } = entry;
    if (orderKey !== undefined) {
      this.keys ??= new OrderKeys();
      if (!this.keys.join(orderKey, entry)) {
        entry.place = "follower";
        return;
      }
    }
    this.place(entry, nowMs);
  }

  /** Puts an entry where it waits: among the ready ones, or, when it is due later, with the timers. */
  place(entry: Entry, nowMs: number): void {
    if (entry.dueMs > nowMs) {
      entry.place = "delayed";
      this.delayed++;
      this.home.delays.add(entry);
      return;
    }
    entry.place = "ready";
    entry.position = this.ready.push(entry.priority, entry, this.home.stamps.next(nowMs));
  }

  /** Puts an entry back before all others of its level. */
  placeFront(entry: Entry): void {
    entry.place = "ready";
    entry.position = this.ready.pushFront(entry.priority, entry, entry.stamp);
  }

  /** Counts the bytes of a frame that comes back, is swapped, or leaves without being lent. */
  weigh(frame: Frame, sign: 1 | -1): void {
    if (this.#sized) this.bytes += sign * sizeOf(frame);
  }

  /** A delayed entry is due. */
  readonly ripen = (entry: Entry): void => {
    this.delayed--;
    this.place(entry, entry.dueMs);
    this.wake();
  };

  /** Takes a waiting entry out of where it waits. */
  detach(entry: Entry): void {
    if (entry.place === "ready") this.ready.remove(entry.priority, entry.position);
    else if (entry.place === "delayed") {
      this.home.delays.remove(entry);
      this.delayed--;
    }
  }

  /** An entry reached its end: its key is free, and the next one in its line may go ahead. */
  end(entry: Entry, place: "completed" | "cancelled" | "dead" | "removed", nowMs: number): void {
    entry.place = place;
    entry.endedMs = nowMs;
    if (entry.dedupe !== undefined) this.#dedupe?.ended(entry.dedupe);
    if (entry.orderKey === undefined) return;
    const next = this.keys?.leave(entry.orderKey, entry);
    if (next === undefined) return;
    this.place(next, nowMs);
    this.wake();
  }

  /** Drops what is ready and waited longest, the lowest level first. False when nothing is ready. */
  dropOldest(): boolean {
    if (this.ready.live === 0) return false;
    const item = this.ready.shiftLeast();
    const dropped = item instanceof Entry;
    this.weigh(dropped ? item.frame : item, -1);
    if (dropped) this.end(item, "removed", this.home.turn.now());
    return true;
  }

  /** Something left without being taken. */
  madeRoom(): void {
    this.#waiters.flush();
  }

  /** Lets everything go. Waiting receives end, with the error when there is one. */
  close(error?: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.error = error;
    for (const wait of this.#parked) error === undefined ? wait.resolve([]) : wait.reject(error);
    if (this.delayed > 0) {
      const mine: Entry[] = [];
      this.home.delays.each((item) => item instanceof Entry && item.owner === this && mine.push(item));
      for (const entry of mine) this.home.delays.remove(entry);
    }
    this.#dedupe?.clear();
    this.ready.clear();
    this.delayed = 0;
    this.bytes = 0;
    this.keys = undefined;
  }

  #begin(item: Waiting): MemoryDelivery {
    if (item instanceof Entry) {
      item.place = "in-flight";
      this.weigh(item.frame, -1);
      return new MemoryDelivery(item.frame, ++item.begun, ++item.fence, item.stamp, item);
    }
    if (this.#sized) this.bytes -= sizeOf(item);
    return new MemoryDelivery(item, 1, 1, this.ready.shiftedStamp, undefined);
  }

  #admit(frame: Frame, stamp: number): void {
    const dedupe = frame.options?.dedupe;
    const nowMs = this.home.clock.now();
    const entry = new Entry(frame, stamp, this);
    if (dedupe !== undefined) {
      this.#dedupe ??= new DedupeTable(this.home.expiries);
      const holder = this.#dedupe.holder(dedupe.key, nowMs);
      if (holder !== undefined) {
        if (dedupe.onDuplicate === "replace" && holder.entry !== undefined) this.#replace(holder.entry, frame, nowMs);
        return;
      }
      this.#dedupe.take(dedupe, entry, nowMs);
    }
    this.join(entry, nowMs);
  }

  #replace(entry: Entry, by: Frame, nowMs: number): void {
    if (entry.fence > 0) return; // begun: the new one is dropped
    const { frame } = entry;
    const dueMs = by.options?.dueMs;
    this.weigh(frame, -1);
    entry.frame = { id: frame.id, body: by.body, headers: by.headers, options: { ...frame.options, dueMs } };
    this.weigh(by, 1);
    if (entry.place === "follower") entry.dueMs = dueMs ?? 0;
    else if (entry.dueMs !== (dueMs ?? 0)) {
      this.detach(entry);
      entry.dueMs = dueMs ?? 0;
      this.place(entry, nowMs);
    }
  }
}

function sizeOf(frame: Frame): number {
  return frame.body instanceof Uint8Array ? frame.body.byteLength : 0;
}
