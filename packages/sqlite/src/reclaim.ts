import type { ProcessIdentity } from "./process-identity.ts";
import type { Statements } from "./statements.ts";

/** Kept as the error of an attempt whose holder died. */
const HOLDER_DIED = JSON.stringify({
  name: "LeaseLostError",
  code: "ERR_LEASE_LOST",
  message: "The process that held it died, or stood still for too long",
});

export interface OwnerRow extends ProcessIdentity {
  readonly id: number;
  readonly beat: number;
}

export function otherOwners(sql: Statements, own: number): readonly OwnerRow[] {
  return sql
    .rows<[number, number, string, string, number]>("select id, pid, started, namespace, beat from jo_owners where id <> ?", own)
    .map(([id, pid, started, namespace, beat]) => ({ id, pid, started, namespace, beat }));
}

/** Enters a process instance among those that may hold deliveries; `id` only to enter it again. */
export function enterOwner(sql: Statements, { pid, started, namespace }: ProcessIdentity, id: number | null): number {
  const enter = "insert into jo_owners (id, pid, started, namespace, beat) values (?, ?, ?, ?, 0) on conflict do nothing";
  sql.run(enter, id, pid, started, namespace);
  return id ?? sql.row<[number]>("select last_insert_rowid()")?.[0] ?? 0;
}

/**
 * What a process held is ready again, each attempt counted as lost, and its anonymous subscriptions are gone. Only inside a
 * write transaction.
 */
export function releaseOwner(sql: Statements, owner: number, nowMs: number): void {
  const close = "insert into jo_attempts select seq, fence, attempt, attempt + 1, started_ms, ?, 'lost', ? from jo_held where owner = ?";
  sql.run(close, Math.floor(nowMs), HOLDER_DIED, owner);
  sql.run(
    "insert into jo_ready select h.queue, f.level, h.seq from jo_held h cross join jo_frames f on f.seq = h.seq where h.owner = ?",
    owner,
  );
  sql.run("delete from jo_held where owner = ?", owner);
  forgetOwner(sql, owner);
}

/** Takes an owner that holds nothing off the list, with its anonymous subscriptions. */
export function forgetOwner(sql: Statements, owner: number): void {
  sql.run("update jo_queues set gone = 1, owner = null where owner = ?", owner);
  sql.run("delete from jo_owners where id = ?", owner);
  sql.run("update jo_meta set topology = topology + 1");
}
