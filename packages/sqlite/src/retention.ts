import { among } from "./among.ts";
import { forgetExpired } from "./dedupe.ts";
import { CANCELLED, COMPLETED, DEAD, type EndState, erase } from "./ended.ts";
import type { Retention, Settings } from "./options.ts";
import type { Tally } from "./tally.ts";
import type { Transaction } from "./transaction.ts";

/** How many ended frames go in one transaction: never a long one. */
const MOST_REMOVED = 1_024;
/** Removing many at once is cheaper per frame, so a little more than asked for is kept until then. Units: frames. */
const SLACK = 256;
const STATES = [COMPLETED, CANCELLED, DEAD] as const;

const OLDEST = `select e.seq, e.ended_ms, f.bytes from (select seq, ended_ms from jo_ended where queue = ? and state = ? order by seq limit ? + 0) e
  cross join jo_frames f on f.seq = e.seq`;

/** Removes what a queue keeps beyond count and bytes. */
export function trim(tx: Transaction, queue: number, { retention }: Settings): void {
  for (const state of STATES) {
    const limits = state === DEAD ? retention.dead : retention.completed;
    const kept = keptOf(tx.look(queue), state);
    const slack = Math.min(SLACK, Math.ceil(limits.count / 10));
    if (kept.bytes > limits.bytes) removeOldest(tx, queue, state, kept, limits, Number.NEGATIVE_INFINITY);
    else if (kept.count > limits.count + slack) removeFirst(tx, queue, state, Math.min(kept.count - limits.count, MOST_REMOVED));
  }
}

/** Removes what is too old, in all queues, and keys whose window is over. Returns whether there is more to do. */
export function sweep(tx: Transaction, { retention }: Settings): boolean {
  let more = forgetExpired(tx, MOST_REMOVED) === MOST_REMOVED;
  const queues = tx.sql.rows<[number]>("select id from jo_queues where completed_n + cancelled_n + dead_n > 0");
  for (const [queue] of queues) {
    for (const state of STATES) {
      const limits = state === DEAD ? retention.dead : retention.completed;
      const kept = keptOf(tx.look(queue), state);
      if (kept.count === 0) continue;
      more = removeOldest(tx, queue, state, kept, limits, tx.nowMs - limits.ageMs) === MOST_REMOVED || more;
    }
  }
  return more;
}

interface Kept {
  readonly count: number;
  readonly bytes: number;
}

function keptOf(tally: Readonly<Tally>, state: EndState): Kept {
  if (state === COMPLETED) return { count: tally.completedN, bytes: tally.completedBytes };
  if (state === CANCELLED) return { count: tally.cancelledN, bytes: tally.cancelledBytes };
  return { count: tally.deadN, bytes: tally.deadBytes };
}

/** Removes so many of those accepted first, as one range: what a busy channel does all the time. */
function removeFirst(tx: Transaction, queue: number, state: EndState, count: number): void {
  const { sql } = tx;
  const nth = "select seq from jo_ended where queue = ? and state = ? order by seq limit 1 offset ? + 0";
  const [last] = sql.row<[number]>(nth, queue, state, count - 1) ?? [];
  if (last === undefined) return;
  const [first = last] = sql.row<[number]>(nth, queue, state, 0) ?? [];
  const range = "queue = ? and state = ? and seq <= ?";
  const sum = `select sum(f.bytes) from (select seq from jo_ended where ${range}) e cross join jo_frames f on f.seq = e.seq`;
  const [bytes = 0] = sql.row<[number]>(sum, queue, state, last) ?? [];
  // Nothing of another queue or state lies between: one range in each table.
  const alone = last - first === count - 1;
  for (const table of ["jo_frames", "jo_attempts"]) {
    if (alone) sql.run(`delete from ${table} where seq between ? and ?`, first, last);
    else sql.run(`delete from ${table} where seq in (select seq from jo_ended where ${range})`, queue, state, last);
  }
  sql.run(`delete from jo_ended where ${range}`, queue, state, last);
  countForgotten(tx, queue, state, count, bytes);
}

/** Those accepted first go first. Returns how many went. */
function removeOldest(tx: Transaction, queue: number, state: EndState, kept: Kept, limits: Retention, cutoffMs: number): number {
  const seqs: number[] = [];
  let { count, bytes } = kept;
  for (const [seq, endedMs, size] of tx.sql.rows<[number, number, number]>(OLDEST, queue, state, MOST_REMOVED)) {
    if (count <= limits.count && bytes <= limits.bytes && endedMs > cutoffMs) continue;
    seqs.push(seq);
    count--;
    bytes -= size;
  }
  if (seqs.length === 0) return 0;
  forget(tx, queue, state, seqs, kept.bytes - bytes);
  return seqs.length;
}

/** Removes ended frames for good. */
export function forget(tx: Transaction, queue: number, state: EndState, seqs: readonly number[], bytes: number): void {
  const { where, values } = among("seq", seqs);
  tx.sql.run(`delete from jo_ended where queue = ? and state = ? and ${where}`, queue, state, ...values);
  erase(tx, seqs);
  countForgotten(tx, queue, state, seqs.length, bytes);
}

function countForgotten(tx: Transaction, queue: number, state: EndState, count: number, bytes: number): void {
  const tally = tx.tally(queue);
  if (state === COMPLETED) {
    tally.completedN -= count;
    tally.completedBytes -= bytes;
  } else if (state === CANCELLED) {
    tally.cancelledN -= count;
    tally.cancelledBytes -= bytes;
  } else {
    tally.deadN -= count;
    tally.deadBytes -= bytes;
  }
}
