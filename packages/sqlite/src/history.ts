import type { AttemptRecord } from "@job-orch/core";
import { toError } from "./frame-columns.ts";
import type { Found } from "./records.ts";
import type { Statements } from "./statements.ts";

/** All attempts of a frame: those that failed are rows of their own, the last one is part of its end. */
export function attemptsOf(sql: Statements, found: Found): readonly AttemptRecord[] {
  const before = sql
    .rows<[number, number, number, AttemptRecord["outcome"], string | null]>(
      "select attempt, started_ms, ended_ms, outcome, error from jo_attempts where seq = ? order by fence",
      found.seq,
    )
    .map(([attempt, startedMs, endedMs, outcome, error]) => ({ attempt, startedMs, endedMs, outcome, error: toError(error) }));
  const last = lastOf(found);
  return last === undefined ? before : [...before, last];
}

function lastOf({ record, startedMs, endError }: Found): AttemptRecord | undefined {
  if (startedMs === undefined) return undefined; // waiting, or ended before anyone began it
  const { attempt, endedMs, state } = record;
  if (state === "in-flight") return { attempt, startedMs, endedMs: undefined, outcome: "running", error: undefined };
  if (state === "completed" || state === "cancelled" || state === "dead")
    return { attempt, startedMs, endedMs, outcome: state, error: endError };
  return undefined;
}
