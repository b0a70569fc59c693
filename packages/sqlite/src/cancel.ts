import { CANCELLED, countEnded, letOthersGoOn } from "./ended.ts";
import { takeOut } from "./place.ts";
import type { Transaction } from "./transaction.ts";

export type CancelAnswer = "cancelled" | "in-flight" | "unknown";

const REASON = JSON.stringify({ name: "CancelledError", code: "ERR_CANCELLED", message: "Cancelled before anyone began it" });

type Row = readonly [seq: number, level: number, okey: string | null, dkey: string | null, bytes: number, next: number | null];

/** Cancels a frame of a work channel that waits; of several with the id, the one that was sent last. */
export function cancelWaiting(tx: Transaction, channel: string, id: string): CancelAnswer {
  const queue = tx.topology.work(tx.sql, channel);
  const find = `select seq, level, okey, dkey, bytes, (select next from jo_attempts a where a.seq = f.seq order by fence desc limit 1)
    from jo_frames f where id = ? and named = 1 and queue = ? order by seq desc`;
  for (const [seq, level, okey, dkey, bytes, next] of tx.sql.rows<Row>(find, id, queue)) {
    const where = takeOut(tx, queue, seq, level, okey);
    if (where !== undefined) {
      tx.sql.run("insert into jo_ended values (?, ?, ?, ?, null, ?, ?)", queue, CANCELLED, seq, tx.nowMs, (next ?? 1) - 1, REASON);
      letOthersGoOn(tx, queue, { seq, okey, dkey, bytes }, where !== "behind");
      countEnded(tx, queue, CANCELLED, 1, bytes);
      return "cancelled";
    }
    if (tx.sql.row("select 1 from jo_held where seq = ?", seq) !== undefined) return "in-flight";
  }
  return "unknown";
}
