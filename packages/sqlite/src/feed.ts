import { ClosedError, ReceiveError } from "@job-orch/core";
import { claim, hold, type Picks, type ReadyRow } from "./claim.ts";
import type { Loan, Source } from "./loan.ts";
import { NEXT_DUE } from "./place.ts";
import type { Statements } from "./statements.ts";
import type { Transaction } from "./transaction.ts";
import type { Taker, Wait } from "./wait.ts";

const GONE = "The subscription is gone: its receiver was too slow, its process was taken for dead, or its group was removed";

/** One queue, and who waits for it here. */
export class Feed {
  readonly source: Source;
  readonly waits = new Set<Wait>();
  /** Whether there may be something to take. */
  dirty = true;
  /** When the next delayed frame is due. Units: epoch milliseconds. */
  nextDueMs = Number.POSITIVE_INFINITY;
  users = 0;
  readonly #picks: Picks = { sinceOldest: 0 };
  #taken: (readonly [Wait, readonly Loan[]])[] = [];
  #gone = false;

  constructor(source: Source) {
    this.source = source;
  }

  /** Whether somebody waits who may hold more. */
  get hungry(): boolean {
    for (const { taker } of this.waits) if (taker.room > 0) return true;
    return false;
  }

  /** A look without a lock: whether a transaction would find something. */
  peek(sql: Statements, nowMs: number): boolean {
    const { queue } = this.source;
    if (sql.row("select 1 from jo_ready where queue = ? limit 1", queue) !== undefined) return true;
    if (this.source.kind !== "work" && sql.row("select 1 from jo_queues where id = ? and gone = 0", queue) === undefined) return true;
    this.nextDueMs = sql.row<[number]>(NEXT_DUE, queue)?.[0] ?? Number.POSITIVE_INFINITY;
    this.dirty = this.nextDueMs <= nowMs;
    return this.dirty;
  }

  /** Takes frames that were just stored, when they are next in line and those who wait can hold them all. */
  takeOver(tx: Transaction, owner: number, rows: readonly ReadyRow[]): boolean {
    const { queue, channel } = this.source;
    const { sql, topology } = tx;
    if (tx.look(queue).laterN > 0 || !topology.isLive(sql, queue) || topology.isPaused(sql, channel)) return false;
    const shares = this.#shares(rows.length);
    if (shares === undefined) return false;
    const others = tx.look(queue).liveN > rows.length; // these are counted already
    if (others && sql.row("select 1 from jo_ready where queue = ? limit 1", queue) !== undefined) return false;
    const own = rows.map(([level, seq, id, body, ...rest]): ReadyRow => [level, seq, id, new Uint8Array(body), ...rest]);
    const loans = hold(tx, this.source, owner, own);
    let from = 0;
    for (const [wait, count] of shares) this.#taken.push([wait, loans.slice(from, (from += count))]);
    this.dirty = false; // that is all there was
    return true;
  }

  /** How many of so many each wait gets; `undefined` when they cannot hold them all. */
  #shares(count: number): readonly (readonly [Wait, number])[] | undefined {
    if (this.#taken.length > 0) return undefined;
    const shares: (readonly [Wait, number])[] = [];
    const held = new Map<Taker, number>();
    let left = count;
    for (const wait of this.waits) {
      const before = held.get(wait.taker) ?? 0;
      const share = Math.min(left, wait.max, wait.taker.room - before);
      if (share <= 0) continue;
      held.set(wait.taker, before + share);
      shares.push([wait, share]);
      left -= share;
      if (left === 0) return shares;
    }
    return undefined;
  }

  /** Takes for those who wait, in their order. */
  claim(tx: Transaction, owner: number): void {
    const { queue, channel } = this.source;
    this.#gone = !tx.topology.isLive(tx.sql, queue);
    if (this.#gone) return;
    if (tx.topology.isPaused(tx.sql, channel)) {
      this.dirty = false;
      return;
    }
    for (const wait of this.waits) {
      if (this.#taken.some(([served]) => served === wait)) continue;
      const most = Math.min(wait.max, wait.taker.room - this.#takenFor(wait));
      if (most <= 0) continue;
      const { loans, exhausted } = claim(tx, this.source, owner, most, this.#picks);
      if (loans.length > 0) this.#taken.push([wait, loans]);
      if (exhausted) return this.#exhausted(tx);
    }
  }

  /** Hands out what the committed transaction took. */
  committed(): void {
    const taken = this.#taken;
    this.#taken = [];
    for (const [wait, loans] of taken) wait.take(loans);
    if (this.#gone) this.fail(new ReceiveError(this.source.channel, { retry: "later", cause: new ClosedError(GONE) }));
  }

  rolledBack(): void {
    this.#taken = [];
    this.#gone = false;
    this.dirty = true;
  }

  fail(error: unknown): void {
    for (const wait of [...this.waits]) wait.fail(error);
  }

  /** What other waits of the same receiver take in this turn. */
  #takenFor({ taker }: Wait): number {
    let count = 0;
    for (const [other, loans] of this.#taken) if (other.taker === taker) count += loans.length;
    return count;
  }

  #exhausted(tx: Transaction): void {
    const { queue } = this.source;
    this.dirty = false;
    if (tx.look(queue).laterN === 0) {
      this.nextDueMs = Number.POSITIVE_INFINITY;
      return;
    }
    this.nextDueMs = tx.sql.row<[number]>(NEXT_DUE, queue)?.[0] ?? Number.POSITIVE_INFINITY;
    this.dirty = this.nextDueMs <= tx.nowMs; // more was due than moves up at once
  }
}
