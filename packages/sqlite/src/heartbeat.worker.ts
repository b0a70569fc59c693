import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { isGone, type ProcessIdentity } from "./process-identity.ts";
import { enterOwner, otherOwners, type OwnerRow, releaseOwner } from "./reclaim.ts";
import { Statements } from "./statements.ts";

/** What the thread is started with. */
export interface HeartbeatData {
  readonly path: string;
  readonly owner: number;
  readonly identity: ProcessIdentity;
}

const LOOK_MS = 500;
const BEAT_MS = 1_000;
/** An owner whose beat stands still for so long is dead. A beat may come late by more than twice its period. */
const DEAD_AFTER_MS = 3_500;
/** After a break of our own (the machine slept, the disk was full) nobody's silence counts: we may have been the deaf one. */
const OWN_BREAK_MS = 2_000;

const { path, owner, identity } = workerData as HeartbeatData;
const seen = new Map<number, { readonly beat: number; readonly sinceMs: number }>();
let sql: Statements | undefined;
let lastBeatMs = Number.NEGATIVE_INFINITY;
let lastLookMs = performance.now();

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
parentPort?.postMessage("up");
look();
const timer = setInterval(look, LOOK_MS);
parentPort?.once("message", () => {
  clearInterval(timer);
  sql?.db.close();
});

/** Beats, and frees what the dead hold. Whatever goes wrong is tried again at the next look. */
function look(): void {
  try {
    sql ??= connect();
    const nowMs = performance.now();
    if (nowMs - lastLookMs > OWN_BREAK_MS) seen.clear();
    lastLookMs = nowMs;
    if (nowMs - lastBeatMs >= BEAT_MS - LOOK_MS / 2) beat(sql, nowMs);
    for (const other of otherOwners(sql, owner)) if (isDead(other, nowMs)) free(sql, other);
  } catch {
    seen.clear(); // who could not beat for the same reason is not dead
    sql?.db.close();
    sql = undefined;
  }
}

function connect(): Statements {
  const db = new DatabaseSync(path, { timeout: 2_000 });
  // Beats need not survive a power loss: no process does.
  db.exec("pragma synchronous = normal; pragma wal_autocheckpoint = 0");
  return new Statements(db);
}

function beat(db: Statements, nowMs: number): void {
  // Taken for dead and thawed: what we held is gone, but we are here.
  if (db.run("update jo_owners set beat = beat + 1 where id = ?", owner) === 0) {
    db.db.exec("begin immediate");
    enterOwner(db, identity, owner);
    db.run("update jo_meta set topology = topology + 1");
    db.db.exec("commit");
  }
  lastBeatMs = nowMs;
}

function isDead(other: OwnerRow, nowMs: number): boolean {
  if (isGone(other)) return true;
  const known = seen.get(other.id);
  if (known === undefined || known.beat !== other.beat) {
    seen.set(other.id, { beat: other.beat, sinceMs: nowMs });
    return false;
  }
  return nowMs - known.sinceMs >= DEAD_AFTER_MS;
}

function free(db: Statements, { id, beat: beatSeen }: OwnerRow): void {
  db.db.exec("begin immediate");
  const still = db.row<[number]>("select beat from jo_owners where id = ?", id);
  if (still !== undefined && still[0] === beatSeen) releaseOwner(db, id, Date.now());
  db.db.exec("commit");
  seen.delete(id);
}
