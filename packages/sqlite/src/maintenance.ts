import { statSync } from "node:fs";
import type { Feeds } from "./feeds.ts";
import { markRead, removeIdle } from "./groups.ts";
import { TaskOp } from "./op.ts";
import { sweep } from "./retention.ts";
import type { Store } from "./store.ts";
import { clearGone } from "./subscriptions.ts";
import type { Transaction } from "./transaction.ts";
import type { Turn } from "./turn.ts";

const PERIOD_MS = 10_000;
const MOST_PIECES_AT_END = 16;
/** Beyond this a checkpoint does not wait to happen by itself. Units: bytes. */
const LONG_WAL_BYTES = 32 * 2 ** 20;

/** What has to be tidied up now and then: a piece per turn. */
export class Maintenance {
  readonly #store: Store;
  readonly #turn: Turn;
  #timer: NodeJS.Timeout | undefined;
  #clearing: Promise<void> | undefined;
  #sweeping: Promise<void> | undefined;
  #stopped = false;
  #lastTidyMs = Number.NEGATIVE_INFINITY;
  #onTime = 0;
  readonly #feeds: Feeds;

  constructor(store: Store, turn: Turn, feeds: Feeds) {
    this.#store = store;
    this.#turn = turn;
    this.#feeds = feeds;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tidy(), PERIOD_MS).unref();
  }

  /** Begins nothing new, and resolves when what runs has come to a rest. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await Promise.all([this.#clearing, this.#sweeping]);
  }

  /** A subscription is gone: remove what it left. */
  clear(): void {
    this.#clearing ??= this.#repeat(clearGone).finally(() => (this.#clearing = undefined));
  }

  #tidy(): void {
    this.#tidyGroups();
    this.clear();
    this.#shortenWal();
    this.#sweeping ??= this.#repeat((tx) => sweep(tx, this.#store.settings)).finally(() => (this.#sweeping = undefined));
  }

  /** Until there is nothing left to do; what fails, or is too much at the end, is left to the next time. */
  async #repeat(piece: (tx: Transaction) => boolean): Promise<void> {
    let left = MOST_PIECES_AT_END;
    try {
      while (this.#store.sql !== undefined && left > 0) {
        const op = new TaskOp(piece, (error) => error);
        this.#turn.add(op);
        if (!(await op.promise)) return;
        if (this.#stopped) left--;
      }
    } catch {
      return;
    }
  }

  /** Says for our groups that somebody receives from them, and ends those for which nobody has said so in a long time. */
  #tidyGroups(): void {
    const { clock, retention } = this.#store.settings;
    const nowMs = clock.now();
    // After a sleep of the machine nobody has had the time to say so.
    this.#onTime = nowMs - this.#lastTidyMs < 2 * PERIOD_MS ? this.#onTime + 1 : 0;
    this.#lastTidyMs = nowMs;
    const { groups } = this.#feeds;
    const ends = retention.idleGroupMs < Number.POSITIVE_INFINITY && this.#onTime > 1;
    if (this.#store.sql === undefined || (groups.length === 0 && !ends)) return;
    const work = (tx: Transaction): void => {
      if (groups.length > 0) markRead(tx, groups);
      if (ends) removeIdle(tx, retention.idleGroupMs);
    };
    const op = new TaskOp(work, (error) => error);
    this.#turn.add(op);
    op.promise.catch(() => undefined); // the next time will do
  }

  #shortenWal(): void {
    const { settings, sql } = this.#store;
    if (sql === undefined || settings.path === ":memory:") return;
    try {
      const { size } = statSync(`${settings.path}-wal`);
      if (size > LONG_WAL_BYTES) sql.row("pragma wal_checkpoint(truncate)");
    } catch {
      return; // no log, or somebody reads from it: the next time will do
    }
  }
}
