import type { Transaction } from "./transaction.ts";

export const DEFAULT_PRIORITY = 5;

/** Level 0 is taken first. */
export function levelOf(priority: number | undefined): number {
  return 9 - (priority ?? DEFAULT_PRIORITY);
}

/** Puts a frame that nothing holds up where it can be taken, now or when it is due. */
export function place(tx: Transaction, queue: number, seq: number, level: number, dueMs: number | null | undefined): void {
  if (dueMs === null || dueMs === undefined || dueMs <= tx.nowMs) {
    tx.sql.run("insert into jo_ready values (?, ?, ?)", queue, level, seq);
  } else {
    tx.sql.run("insert into jo_later values (?, ?, ?)", seq, queue, dueMs);
    tx.tally(queue).laterN++;
  }
  tx.woken.add(queue); // also for a later one: it may be the next that is due
}

/** Puts a frame with an order key behind those of its key, or into the open when it is the first. */
export function placeKeyed(
  tx: Transaction,
  queue: number,
  seq: number,
  level: number,
  dueMs: number | null | undefined,
  okey: string,
): void {
  const first = tx.sql.run("insert into jo_keys values (?, ?) on conflict do nothing", queue, okey) === 1;
  if (first) place(tx, queue, seq, level, dueMs);
  else tx.sql.run("insert into jo_behind values (?, ?, ?)", queue, okey, seq);
}

/** The first frame of an order key is gone: the next one of the key moves up. */
export function moveUp(tx: Transaction, queue: number, okey: string): void {
  const [seq] = tx.sql.row<[number]>("select seq from jo_behind where queue = ? and okey = ? order by seq limit 1", queue, okey) ?? [];
  if (seq === undefined) {
    tx.sql.run("delete from jo_keys where queue = ? and okey = ?", queue, okey);
    return;
  }
  tx.sql.run("delete from jo_behind where queue = ? and okey = ? and seq = ?", queue, okey, seq);
  const [level = 4, dueMs] = tx.sql.row<[number, number | null]>("select level, due_ms from jo_frames where seq = ?", seq) ?? [];
  place(tx, queue, seq, level, dueMs);
}

/** Where a frame that nobody holds waits. */
export type Waiting = "ready" | "later" | "behind";

/** Takes a waiting frame out of where it waits; `undefined` when it is on loan or has ended. */
export function takeOut(tx: Transaction, queue: number, seq: number, level: number, okey: string | null): Waiting | undefined {
  if (tx.sql.run("delete from jo_ready where queue = ? and level = ? and seq = ?", queue, level, seq) === 1) return "ready";
  if (tx.sql.run("delete from jo_later where seq = ?", seq) === 1) {
    tx.tally(queue).laterN--;
    return "later";
  }
  if (okey !== null && tx.sql.run("delete from jo_behind where queue = ? and okey = ? and seq = ?", queue, okey, seq) === 1)
    return "behind";
  return undefined;
}

/** Makes what has become due ready, so many at once. Returns how many. */
export function promote(tx: Transaction, queue: number, most: number): number {
  const due = tx.sql.rows<[number]>(
    "select seq from jo_later where queue = ? and due_ms <= ? order by due_ms limit ? + 0",
    queue,
    tx.nowMs,
    most,
  );
  if (due.length === 0) return 0;
  const seqs = JSON.stringify(due.map(([seq]) => seq));
  tx.sql.run("insert into jo_ready select queue, level, seq from jo_frames where seq in (select value from json_each(?))", seqs);
  tx.sql.run("delete from jo_later where seq in (select value from json_each(?))", seqs);
  tx.tally(queue).laterN -= due.length;
  return due.length;
}

/** When the next frame of a queue becomes due. Units: epoch milliseconds; `undefined` when none is delayed. */
export const NEXT_DUE = "select due_ms from jo_later where queue = ? order by due_ms limit 1";
