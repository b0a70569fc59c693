import type { Clock, Timer } from "@job-orch/core";
import type { ReadyRow } from "./claim.ts";
import { Feed } from "./feed.ts";
import type { Source } from "./loan.ts";
import type { Owner } from "./owner.ts";
import type { Statements } from "./statements.ts";
import type { Transaction } from "./transaction.ts";

/** How late a delayed frame may be after the machine's clock was set forward. Units: milliseconds. */
const LONGEST_TIMER_MS = 5_000;

/** The queues that this transport receives from. */
export class Feeds {
  readonly #byQueue = new Map<number, Feed>();
  readonly #owner: Owner;
  readonly #clock: Clock;
  readonly #look: () => void;
  #timer: Timer | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  readonly #claiming = new Set<Feed>();

  /** `look`: something may have become due. */
  constructor(owner: Owner, clock: Clock, look: () => void) {
    this.#owner = owner;
    this.#clock = clock;
    this.#look = look;
  }

  /** Whether anybody waits. */
  get waiting(): boolean {
    for (const feed of this.#byQueue.values()) if (feed.waits.size > 0) return true;
    return false;
  }

  /** The groups among them. */
  get groups(): readonly number[] {
    return [...this.#byQueue.values()].filter(({ source }) => source.kind === "group").map(({ source }) => source.queue);
  }

  /** The feed of a queue, for one more receiver. */
  join(source: Source): Feed {
    const known = this.#byQueue.get(source.queue);
    const feed = known ?? new Feed(source);
    feed.users++;
    this.#byQueue.set(source.queue, feed);
    return feed;
  }

  leave(feed: Feed): void {
    if (--feed.users === 0) this.#byQueue.delete(feed.source.queue);
  }

  /** Somebody else changed the store: anything may be there. */
  allDirty(): void {
    for (const feed of this.#byQueue.values()) feed.dirty = true;
  }

  /** A look without a lock: whether a transaction would find something for anyone. */
  peek(sql: Statements): boolean {
    const nowMs = this.#clock.now();
    let found = false;
    for (const feed of this.#byQueue.values()) {
      if (feed.nextDueMs <= nowMs) feed.dirty = true;
      if (feed.dirty && feed.hungry && feed.peek(sql, nowMs)) found = true;
    }
    this.#arm();
    return found;
  }

  /** Gives frames that were just stored to who waits for them, when they are next in line. */
  takeOver(tx: Transaction, queue: number, rows: readonly ReadyRow[]): boolean {
    const feed = this.#byQueue.get(queue);
    if (feed?.hungry !== true || !feed.takeOver(tx, this.#owner.enter(tx), rows)) return false;
    this.#claiming.add(feed);
    tx.woken.delete(queue);
    return true;
  }

  claim(tx: Transaction): void {
    for (const queue of tx.woken) {
      const feed = this.#byQueue.get(queue);
      if (feed !== undefined) feed.dirty = true;
    }
    for (const feed of this.#byQueue.values()) {
      if (feed.nextDueMs <= tx.nowMs) feed.dirty = true;
      if (!feed.dirty || !feed.hungry) continue;
      this.#claiming.add(feed);
      feed.claim(tx, this.#owner.enter(tx));
    }
  }

  committed(): void {
    const claiming = [...this.#claiming];
    this.#claiming.clear();
    for (const feed of claiming) feed.committed();
    this.#arm();
  }

  rolledBack(): void {
    for (const feed of this.#claiming) feed.rolledBack();
    this.#claiming.clear();
    this.#owner.forget();
  }

  fail(error: unknown): void {
    for (const feed of this.#byQueue.values()) feed.fail(error);
  }

  /** Every wait ends with nothing taken. */
  close(): void {
    this.#timer?.cancel();
    for (const feed of this.#byQueue.values()) for (const wait of [...feed.waits]) wait.giveUp();
  }

  /** One timer for the next delayed frame that anyone waits for. */
  #arm(): void {
    let dueMs = Number.POSITIVE_INFINITY;
    for (const feed of this.#byQueue.values()) if (feed.waits.size > 0 && feed.nextDueMs < dueMs) dueMs = feed.nextDueMs;
    if (dueMs === this.#timerMs) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    // In pieces: a timer stands still while the machine sleeps, and does not hear that somebody set its clock.
    const delayMs = Math.min(Math.max(0, dueMs - this.#clock.now()), LONGEST_TIMER_MS);
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#timerMs = Number.POSITIVE_INFINITY;
      this.#look();
    });
  }
}
