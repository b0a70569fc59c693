import type { Dedupe, Frame } from "@job-orch/core";
import { headersText, sizeOf, wholeMs } from "./frame-columns.ts";
import { place, takeOut } from "./place.ts";
import type { Transaction } from "./transaction.ts";

/** Whether a frame is the first of its key. If not, it is dropped or takes the place of the one that waits. */
export function admit(tx: Transaction, queue: number, seq: number, frame: Frame, dedupe: Dedupe): boolean {
  const found = tx.sql.row<[number, number]>("select seq, until_ms from jo_dedupe where queue = ? and dkey = ?", queue, dedupe.key);
  if (found !== undefined && found[1] > tx.nowMs) {
    if (dedupe.onDuplicate === "replace") replace(tx, queue, found[0], frame);
    return false;
  }
  const untilMs = Math.min(wholeMs(tx.nowMs + dedupe.windowMs), Number.MAX_SAFE_INTEGER);
  const pending = dedupe.scope === "pending" ? 1 : 0;
  tx.sql.run("insert or replace into jo_dedupe values (?, ?, ?, ?, ?)", queue, dedupe.key, seq, untilMs, pending);
  return true;
}

/** The frame with this key has ended. */
export function release(tx: Transaction, queue: number, seq: number, dkey: string): void {
  tx.sql.run("delete from jo_dedupe where queue = ? and dkey = ? and seq = ? and pending = 1", queue, dkey, seq);
}

/** Forgets keys whose window is over, a few at a time. Returns how many. */
export function forgetExpired(tx: Transaction, most: number): number {
  return tx.sql.run(
    `delete from jo_dedupe where (queue, dkey) in (select queue, dkey from jo_dedupe where until_ms <= ? order by until_ms limit ? + 0)`,
    tx.nowMs,
    most,
  );
}

/** Body, headers and due time, while nobody has begun the one that waits. */
function replace(tx: Transaction, queue: number, seq: number, frame: Frame): void {
  const { sql } = tx;
  const known = sql.row<[number, string | null, number]>("select level, okey, bytes from jo_frames where seq = ?", seq);
  if (known === undefined) return;
  const begun = sql.row<[number]>("select next from jo_attempts where seq = ? order by fence desc limit 1", seq)?.[0] ?? 1;
  if (begun > 1) return;
  const [level, okey, oldBytes] = known;
  const where = takeOut(tx, queue, seq, level, okey);
  if (where === undefined) return;
  const dueMs = frame.options?.dueMs === undefined ? null : wholeMs(frame.options.dueMs);
  const headers = headersText(frame);
  const bytes = sizeOf(frame, headers);
  const update = "update jo_frames set body = ?, headers = ?, due_ms = ?, bytes = ? where seq = ?";
  sql.run(update, frame.body as Uint8Array, headers, dueMs, bytes, seq);
  tx.tally(queue).liveBytes += bytes - oldBytes;
  if (where === "behind") sql.run("insert into jo_behind values (?, ?, ?)", queue, okey, seq);
  else place(tx, queue, seq, level, dueMs);
}
