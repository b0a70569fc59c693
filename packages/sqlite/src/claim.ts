import type { Frame, FrameOptions } from "@job-orch/core";
import { toHeaders } from "./frame-columns.ts";
import { Loan, type Source } from "./loan.ts";
import { levelOf, promote } from "./place.ts";
import type { Transaction } from "./transaction.ts";

/** While several levels wait, one pick in so many goes to whoever waited longest, so that no level starves. */
const PICKS_PER_OLDEST = 32;
/** How many due frames move up in one transaction. */
const MOST_PROMOTED = 1_000;
/** What one claim may bring into memory, going by the average frame of the queue. Units: bytes. */
const MOST_BYTES = 64 * 2 ** 20;

const FRAME = `f.id, f.body, f.headers, f.okey, f.dkey, f.bytes, f.due_ms,
  (select next from jo_attempts a where a.seq = r.seq order by fence desc limit 1)`;
const FIRST = `select r.level, r.seq, ${FRAME} from (select level, seq from jo_ready where queue = ? order by level, seq limit ? + 0) r
  cross join jo_frames f on f.seq = r.seq`;
const ONE = `select r.level, r.seq, ${FRAME} from (select ? as level, ? as seq) r cross join jo_frames f on f.seq = r.seq`;
/** The first of each level, whoever is oldest first. */
const OLDEST = `with levels(level) as (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))
  select level, (select min(seq) from jo_ready where queue = ? and level = levels.level) as seq from levels
  where seq is not null order by seq limit 1`;
const HOLD_ONE = "insert into jo_held values (?, ?, ?, ?, ?, ?)";
/** Of one attempt: nearly always the first. */
const HOLD_ALIKE = "insert into jo_held select ? + key, value, ?, ?, ?, ? from json_each(?)";
const HOLD_MANY = `insert into jo_held select ? + key, value, ?, ?,
    coalesce((select next from jo_attempts where seq = value order by fence desc limit 1), 1), ?
  from json_each(?)`;

/** A ready frame as it is claimed. */
export type ReadyRow = readonly [
  level: number,
  seq: number,
  id: string,
  body: Uint8Array,
  headers: string | null,
  okey: string | null,
  dkey: string | null,
  bytes: number,
  dueMs: number | null,
  next: number | null,
];

/** Whose turn it is between the levels of one queue. */
export interface Picks {
  /** Taken since the oldest was last preferred. */
  sinceOldest: number;
}

export interface Claimed {
  readonly loans: readonly Loan[];
  /** Nothing more is ready. */
  readonly exhausted: boolean;
}

/** Lends up to `most` ready frames of a queue to an owner; fewer when they are large. */
export function claim(tx: Transaction, source: Source, owner: number, most: number, picks: Picks): Claimed {
  const { queue } = source;
  if (tx.look(queue).laterN > 0) promote(tx, queue, MOST_PROMOTED);
  const { liveN, liveBytes } = tx.look(queue);
  const count = Math.max(1, Math.min(most, Math.floor((MOST_BYTES * liveN) / Math.max(liveBytes, 1))));
  const oldest = picks.sinceOldest + count >= PICKS_PER_OLDEST ? takeOldest(tx, queue) : [];
  const rows = [...oldest, ...takeFirst(tx, queue, count - oldest.length)];
  picks.sinceOldest = oldest.length > 0 ? count - oldest.length : Math.min(picks.sinceOldest + rows.length, PICKS_PER_OLDEST);
  return { loans: rows.length === 0 ? [] : hold(tx, source, owner, rows), exhausted: rows.length < count };
}

function takeFirst(tx: Transaction, queue: number, count: number): readonly ReadyRow[] {
  if (count === 0) return [];
  const rows = tx.sql.rows<ReadyRow>(FIRST, queue, count);
  // Of each level the rows are the first ones, so they go as one range.
  for (let index = 0; index < rows.length; index++) {
    const [level, seq] = rows[index] as ReadyRow;
    if (rows[index + 1]?.[0] === level) continue;
    tx.sql.run("delete from jo_ready where queue = ? and level = ? and seq <= ?", queue, level, seq);
  }
  return rows;
}

function takeOldest(tx: Transaction, queue: number): readonly ReadyRow[] {
  const [level, seq] = tx.sql.row<[number, number]>(OLDEST, queue) ?? [];
  if (level === undefined || seq === undefined) return [];
  tx.sql.run("delete from jo_ready where queue = ? and level = ? and seq = ?", queue, level, seq);
  return tx.sql.rows<ReadyRow>(ONE, level, seq);
}

/** Lends out frames that are in no other place. */
export function hold(tx: Transaction, source: Source, owner: number, rows: readonly ReadyRow[]): readonly Loan[] {
  const firstFence = tx.takeFences(rows.length);
  const [first] = rows;
  if (rows.length === 1 && first !== undefined) tx.sql.run(HOLD_ONE, firstFence, first[1], source.queue, owner, first[9] ?? 1, tx.nowMs);
  else {
    const seqs = JSON.stringify(rows.map(([, seq]) => seq));
    const attempt = first?.[9] ?? 1;
    const alike = rows.every((row) => (row[9] ?? 1) === attempt);
    if (alike) tx.sql.run(HOLD_ALIKE, firstFence, source.queue, owner, attempt, tx.nowMs, seqs);
    else tx.sql.run(HOLD_MANY, firstFence, source.queue, owner, tx.nowMs, seqs);
  }
  return rows.map((row, index) => toLoan(row, firstFence + index, source));
}

function toLoan(row: ReadyRow, fence: number, source: Source): Loan {
  const [level, seq, id, body, headers, okey, dkey, bytes, dueMs, next] = row;
  const options = level === levelOf(undefined) && okey === null ? undefined : toOptions(level, okey, dueMs);
  const frame: Frame = { id, body, headers: toHeaders(headers), options };
  return new Loan(frame, next ?? 1, fence, source, { seq, level, okey, dkey, bytes });
}

function toOptions(level: number, okey: string | null, dueMs: number | null): FrameOptions {
  return { priority: 9 - level, orderKey: okey ?? undefined, dueMs: dueMs ?? undefined };
}
