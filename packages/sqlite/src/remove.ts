import type { FrameState } from "@job-orch/core";
import type { Piece } from "./control.ts";
import { CANCELLED, COMPLETED, countEnded, DEAD, type EndState, erase, letOthersGoOn } from "./ended.ts";
import { takeOut } from "./place.ts";
import { seqsIn } from "./queue-seqs.ts";
import { forget } from "./retention.ts";
import type { Transaction } from "./transaction.ts";

export interface RemoveQuery {
  readonly ids?: readonly string[];
  readonly state?: FrameState;
}

const STATE_CODES: Partial<Record<FrameState, EndState>> = { completed: COMPLETED, cancelled: CANCELLED, dead: DEAD };

type Row = readonly [queue: number, seq: number, level: number, okey: string | null, dkey: string | null, bytes: number, id: string];

/** Removes frames that nobody works on. */
export function removeSome(tx: Transaction, queues: readonly number[], { ids, state }: RemoveQuery, after: number, most: number): Piece {
  if (state === "in-flight") return { count: 0, next: undefined };
  const wanted = ids === undefined ? undefined : new Set(ids);
  const seqs = seqsIn(tx.sql, queues, state, after, most);
  const find = "select queue, seq, level, okey, dkey, bytes, id from jo_frames where seq in (select value from json_each(?)) order by seq";
  let count = 0;
  for (const row of tx.sql.rows<Row>(find, JSON.stringify(seqs))) {
    if ((wanted === undefined || wanted.has(row[6])) && remove(tx, row, state)) count++;
  }
  return { count, next: seqs.length < most ? undefined : seqs.at(-1) };
}

function remove(tx: Transaction, row: Row, state: FrameState | undefined): boolean {
  const code = state === undefined ? undefined : STATE_CODES[state];
  if (code !== undefined) return removeEnded(tx, row, code);
  if (removeWaiting(tx, row)) return true;
  return state === undefined && [COMPLETED, CANCELLED, DEAD].some((each) => removeEnded(tx, row, each as EndState));
}

function removeWaiting(tx: Transaction, [queue, seq, level, okey, dkey, bytes]: Row): boolean {
  const where = takeOut(tx, queue, seq, level, okey);
  if (where === undefined) return false;
  letOthersGoOn(tx, queue, { seq, okey, dkey, bytes }, where !== "behind");
  erase(tx, [seq]);
  countEnded(tx, queue, undefined, 1, bytes);
  return true;
}

function removeEnded(tx: Transaction, [queue, seq, , , , bytes]: Row, state: EndState): boolean {
  if (tx.sql.row("select 1 from jo_ended where queue = ? and state = ? and seq = ?", queue, state, seq) === undefined) return false;
  forget(tx, queue, state, [seq], bytes);
  return true;
}
