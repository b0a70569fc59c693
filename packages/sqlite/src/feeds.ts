import type { Clock, Timer } from "@job-orch/core";
import { Feed } from "./feed.ts";
import type { Source } from "./loan.ts";
import type { Owner } from "./owner.ts";
import type { Statements } from "./statements.ts";
import type { Transaction } from "./transaction.ts";

/** The queues that this transport receives from. */
export class Feeds {
  readonly #byQueue = new Map<number, Feed>();
  readonly #owner: Owner;
  readonly #clock: Clock;
  readonly #look: () => void;
  #timer: Timer | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  #claiming: readonly Feed[] = [];

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

  claim(tx: Transaction): void {
    for (const queue of tx.woken) {
      const feed = this.#byQueue.get(queue);
      if (feed !== undefined) feed.dirty = true;
    }
    this.#claiming = [...this.#byQueue.values()].filter((feed) => {
      if (feed.nextDueMs <= tx.nowMs) feed.dirty = true;
      return feed.dirty && feed.hungry;
    });
    if (this.#claiming.length === 0) return;
    const owner = this.#owner.enter(tx);
    for (const feed of this.#claiming) feed.claim(tx, owner);
  }

  committed(): void {
    const claiming = this.#claiming;
    this.#claiming = [];
    for (const feed of claiming) feed.committed();
    this.#arm();
  }

  rolledBack(): void {
    for (const feed of this.#claiming) feed.rolledBack();
    this.#claiming = [];
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
    this.#timer = this.#clock.after(Math.max(0, dueMs - this.#clock.now()), () => {
      this.#timer = undefined;
      this.#timerMs = Number.POSITIVE_INFINITY;
      this.#look();
    });
  }
}
