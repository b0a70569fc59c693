import type { FrameRecord, FrameState, WireError } from "@job-orch/core";
import { CANCELLED, COMPLETED } from "./ended.ts";
import { toError, toHeaders } from "./frame-columns.ts";
import type { Statements } from "./statements.ts";

const DETAILS = `select f.seq, f.id, f.accepted_ms, f.due_ms, f.level, f.okey, f.headers, f.body,
    l.due_ms, h.attempt, h.started_ms, e.state, e.ended_ms, e.started_ms, e.attempt, e.error, a.next, a.error
  from jo_frames f
  left join jo_later l on l.seq = f.seq
  left join jo_held h on h.seq = f.seq
  left join jo_ended e on e.queue = f.queue and e.state in (0, 1, 2) and e.seq = f.seq
  left join jo_attempts a on a.seq = f.seq and a.fence = (select max(fence) from jo_attempts where seq = f.seq)
  where f.seq in (select value from json_each(?)) order by f.seq`;

type Row = readonly [
  seq: number,
  id: string,
  acceptedMs: number,
  dueMs: number | null,
  level: number,
  okey: string | null,
  headers: string | null,
  body: Uint8Array,
  laterMs: number | null,
  heldAttempt: number | null,
  heldStartedMs: number | null,
  state: number | null,
  endedMs: number | null,
  startedMs: number | null,
  endedAttempt: number | null,
  endError: string | null,
  next: number | null,
  attemptError: string | null,
];

/** A frame as `Inspect` shows it, and its last attempt as far as it is not in `jo_attempts`. */
export interface Found {
  readonly seq: number;
  readonly record: FrameRecord;
  readonly startedMs: number | undefined;
  readonly endError: WireError | undefined;
}

/** The frames with these numbers, in order; `seqs` that are no more are left out. */
export function recordsOf(sql: Statements, seqs: readonly number[]): readonly Found[] {
  return seqs.length === 0 ? [] : sql.rows<Row>(DETAILS, JSON.stringify(seqs)).map(toFound);
}

function toFound(row: Row): Found {
  const [seq, id, acceptedMs, dueMs, level, okey, headers, body, laterMs, heldAttempt, heldStartedMs] = row;
  const [state, endedMs, startedMs, endedAttempt, endError, next, attemptError] = row.slice(11) as unknown as Row extends readonly [
    ...unknown[],
    ...infer Rest extends [number | null, number | null, number | null, number | null, string | null, number | null, string | null],
  ]
    ? Rest
    : never;
  const record: FrameRecord = {
    id,
    state: stateOf(state, heldAttempt, laterMs),
    attempt: endedAttempt ?? heldAttempt ?? (next ?? 1) - 1,
    acceptedMs,
    dueMs: laterMs ?? dueMs ?? undefined,
    endedMs: endedMs ?? undefined,
    priority: 9 - level,
    orderKey: okey ?? undefined,
    headers: toHeaders(headers) ?? {},
    body,
    error: toError(endError ?? attemptError),
  };
  return { seq, record, startedMs: startedMs ?? heldStartedMs ?? undefined, endError: toError(endError) };
}

function stateOf(ended: number | null, heldAttempt: number | null, laterMs: number | null): FrameState {
  if (ended !== null) return ended === COMPLETED ? "completed" : ended === CANCELLED ? "cancelled" : "dead";
  if (heldAttempt !== null) return "in-flight";
  return laterMs === null ? "ready" : "delayed";
}
