import type { AttemptRecord, Dedupe, Delivery, Frame, WireError } from "@job-orch/core";
import { Changes } from "./changes.ts";
import { Entry } from "./entry.ts";
import { Keys } from "./keys.ts";
import type { Settings } from "./options.ts";
import type { ReferenceReceiver } from "./receiver.ts";

/** While several priorities wait, one pick in so many goes to the oldest frame. */
const PICKS_PER_OLDEST = 8;

/** The frames of one work channel, one group, or one anonymous receiver, in the order of acceptance. */
export class ReferenceQueue {
  readonly settings: Settings;
  readonly changes = new Changes();
  readonly ended: Entry[] = [];
  entries: Entry[] = [];
  paused = false;
  /** It was cut off: it belonged to an anonymous receiver that did not keep up. */
  broken = false;
  readonly #keys = new Keys();
  #picks = 0;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  get nowMs(): number {
    return this.settings.clock.now();
  }

  get room(): number {
    return this.settings.capacity - this.entries.length;
  }

  accept(frames: readonly Frame[]): void {
    for (const frame of frames) this.put(frame);
    this.changes.tell();
  }

  put(frame: Frame): void {
    const dedupe = frame.options?.dedupe;
    const holder = dedupe === undefined ? undefined : this.#keys.holder(this.keyOf(dedupe), this.nowMs);
    if (dedupe !== undefined && holder !== undefined) return this.putDuplicate(holder, frame, dedupe);
    const entry = new Entry(frame, this.nowMs);
    this.entries.push(entry);
    if (dedupe !== undefined) this.#keys.take(this.keyOf(dedupe), dedupe, entry, this.nowMs);
  }

  keyOf(dedupe: Dedupe): string {
    return dedupe.key;
  }

  putDuplicate(holder: Entry, frame: Frame, dedupe: Dedupe): void {
    if (dedupe.onDuplicate !== "replace" || holder.fence > 0) return;
    holder.frame = { ...holder.frame, body: frame.body, headers: frame.headers };
    holder.dueMs = frame.options?.dueMs ?? 0;
  }

  /** Lends out what is ready, up to `max`. */
  take(max: number, receiver: ReferenceReceiver, leaseMs: number): Delivery[] {
    this.expire();
    const ready = this.paused ? [] : this.ready();
    const taken: Delivery[] = [];
    while (taken.length < max && ready.length > 0) taken.push(this.lend(this.pick(ready), receiver, leaseMs));
    return taken;
  }

  /** What may be lent out now, in the order of acceptance: with order keys, the first of each key. */
  ready(): Entry[] {
    const keys = new Set<string>();
    return this.entries.filter((entry) => {
      const { orderKey } = entry;
      const follows = orderKey !== undefined && keys.has(orderKey);
      if (orderKey !== undefined) keys.add(orderKey);
      return !follows && entry.holder === undefined && entry.dueMs <= this.nowMs;
    });
  }

  /** Takes the most urgent out of what is ready; now and then the oldest, so that no priority starves. */
  pick(ready: Entry[]): Entry {
    let best = 0;
    if (++this.#picks % PICKS_PER_OLDEST !== 0) {
      for (const [index, entry] of ready.entries()) if (entry.priority > (ready[best]?.priority ?? 0)) best = index;
    }
    return ready.splice(best, 1)[0] as Entry;
  }

  lend(entry: Entry, receiver: ReferenceReceiver, leaseMs: number): Delivery {
    entry.holder = receiver;
    entry.leaseEndsMs = this.settings.capabilities.lease === "delivery" ? this.nowMs + leaseMs : Number.POSITIVE_INFINITY;
    entry.attempt++;
    entry.fence++;
    const { frame, attempt, fence } = entry;
    entry.attempts.push({ attempt, startedMs: this.nowMs, endedMs: undefined, outcome: "running", error: undefined });
    return receiver.borrow(entry, { frame, attempt, fence });
  }

  /** The loan is over and the frame is not: it comes back. */
  comeBack(
    entry: Entry,
    how: {
      readonly outcome: "retried" | "lost" | "handed-back";
      readonly delayMs: number;
      readonly charge: boolean;
      readonly error?: WireError | undefined;
    },
  ): void {
    this.#close(entry, how.outcome, how.error);
    entry.dueMs = this.nowMs + how.delayMs;
    if (!how.charge) entry.attempt--;
  }

  /** The frame is over. */
  end(entry: Entry, state: "completed" | "cancelled" | "dead", error?: WireError): void {
    this.#close(entry, state, error);
    entry.state = state;
    entry.endedMs = this.nowMs;
    this.entries = this.entries.filter((other) => other !== entry);
    this.ended.push(entry);
  }

  /** Takes back what was on loan for too long. */
  expire(): void {
    for (const entry of this.entries)
      if (entry.leaseEndsMs <= this.nowMs) this.comeBack(entry, { outcome: "lost", delayMs: 0, charge: true });
  }

  /** Waits until something may be there to take. */
  async change(signal: AbortSignal): Promise<void> {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { holder, leaseEndsMs, dueMs } of this.entries) {
      const atMs = holder === undefined ? dueMs : leaseEndsMs;
      if (atMs > this.nowMs) nextMs = Math.min(nextMs, atMs);
    }
    const timer =
      nextMs === Number.POSITIVE_INFINITY ? undefined : this.settings.clock.after(nextMs - this.nowMs, () => this.changes.tell());
    await this.changes.next(signal);
    timer?.cancel();
  }

  #close(entry: Entry, outcome: AttemptRecord["outcome"], error: WireError | undefined): void {
    entry.holder?.held.delete(entry);
    entry.holder = undefined;
    entry.leaseEndsMs = Number.POSITIVE_INFINITY;
    if (error !== undefined) entry.error = error;
    const last = entry.attempts.at(-1);
    if (last?.outcome === "running") entry.attempts[entry.attempts.length - 1] = { ...last, endedMs: this.nowMs, outcome, error };
  }
}
