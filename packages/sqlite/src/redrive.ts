import type { Piece } from "./control.ts";
import { DEAD } from "./ended.ts";
import { place, placeKeyed } from "./place.ts";
import type { Transaction } from "./transaction.ts";

const DEAD_ONES = `select e.queue, e.seq, f.level, f.okey, f.bytes, f.id from jo_ended e cross join jo_frames f on f.seq = e.seq
  where e.queue = ? and e.state = ${DEAD} and e.seq > ? order by e.seq limit ? + 0`;

type Row = readonly [queue: number, seq: number, level: number, okey: string | null, bytes: number, id: string];

/** How many dead letters are looked at to find those asked for. */
const LOOKED_AT = 1_000;

/** Makes dead letters ready again. What they died of stays in their history. */
export function redriveSome(
  tx: Transaction,
  queues: readonly number[],
  ids: readonly string[] | undefined,
  after: number,
  most: number,
): Piece {
  const wanted = ids === undefined ? undefined : new Set(ids);
  const rows = queues
    .flatMap((queue) => tx.sql.rows<Row>(DEAD_ONES, queue, after, LOOKED_AT))
    .sort(([, one], [, other]) => one - other)
    .slice(0, LOOKED_AT);
  let count = 0;
  for (const row of rows) {
    const [, seq, , , , id] = row;
    if (wanted !== undefined && !wanted.has(id)) continue;
    revive(tx, row);
    if (++count === most) return { count, next: seq };
  }
  return { count, next: rows.length < LOOKED_AT ? undefined : rows.at(-1)?.[1] };
}

function revive(tx: Transaction, [queue, seq, level, okey, bytes]: Row): void {
  const { sql } = tx;
  // The last attempt ended in the end that is now undone, so it becomes a row like the others. It keeps its place among the fences.
  const keep = `insert into jo_attempts
    select seq, ?, attempt, 1, coalesce(started_ms, ended_ms), ended_ms, 'dead', error from jo_ended where queue = ? and state = ${DEAD} and seq = ?`;
  sql.run(keep, tx.takeFences(1), queue, seq);
  sql.run(`delete from jo_ended where queue = ? and state = ${DEAD} and seq = ?`, queue, seq);
  const tally = tx.tally(queue);
  tally.deadN--;
  tally.deadBytes -= bytes;
  tally.liveN++;
  tally.liveBytes += bytes;
  if (okey === null) place(tx, queue, seq, level, undefined);
  else placeKeyed(tx, queue, seq, level, undefined, okey);
}
