import { ConnectionError, StoreError } from "@job-orch/core";
import { readFileSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { APPLICATION_ID, MIGRATIONS } from "./migrations.ts";
import type { Journal, Settings } from "./options.ts";
import { isBusy, toStoreError } from "./sqlite-errors.ts";
import { Statements } from "./statements.ts";

/** How long opening waits for others to let go of the file. Units: milliseconds. */
const OPEN_PATIENCE_MS = 10_000;
/** The same for exclusive use: who else has the file will rarely let go of it. Units: milliseconds. */
const EXCLUSIVE_PATIENCE_MS = 1_000;
/** How long a statement waits for the writer before us; beyond that the event loop gets a turn first. Units: milliseconds. */
const BUSY_TIMEOUT_MS = 10;
/** Files up to here are checked page by page on opening. Units: bytes. */
const CHECKED_BYTES = 4 * 2 ** 20;
const CACHE_KIB = 16_384;
/** Commits between two checkpoints share the work of copying a page that both wrote. Units: pages of 4 KiB. */
const CHECKPOINT_PAGES = 4_000;
const WAL_LIMIT_BYTES = 64 * 2 ** 20;
/** Several processes in WAL mode may corrupt the file below this. Source: https://www.sqlite.org/changes.html#version_3_51_3 */
const SAFE_WAL_VERSION = [3, 51, 3] as const;

/** A connection, and how the file keeps its journal. */
export interface Opened {
  readonly sql: Statements;
  readonly journal: Journal;
}

/**
 * Opens the file, brings it to the schema of this code, and returns the connection.
 *
 * Errors: `ERR_STORE` (foreign, damaged, newer than this code, unsafe engine), `ERR_CONNECTION` (cannot be opened now).
 */
export async function openDatabase(settings: Settings): Promise<Opened> {
  const deadlineMs = performance.now() + (settings.exclusive ? EXCLUSIVE_PATIENCE_MS : OPEN_PATIENCE_MS);
  for (;;) {
    try {
      return open(settings);
    } catch (error) {
      if (!isBusy(error)) throw toStoreError(settings.path, error);
      if (performance.now() >= deadlineMs) throw tooBusy(settings, error);
    }
    await sleep(10 + Math.random() * 20);
  }
}

function tooBusy({ path, exclusive }: Settings, cause: unknown): Error {
  const why = exclusive
    ? `someone else has "${path}" open, and this transport wants it for itself`
    : `"${path}" stayed locked by another process`;
  return new ConnectionError(`Could not open: ${why}`, { retry: "later", cause });
}

function open(settings: Settings): Opened {
  const db = new DatabaseSync(settings.path, { timeout: BUSY_TIMEOUT_MS });
  try {
    const sql = new Statements(db);
    if (settings.exclusive) db.exec("pragma locking_mode = exclusive");
    const version = versionOf(sql, settings);
    const journal = chooseJournal(sql, settings, version);
    refuseDamaged(sql, settings.path);
    configure(sql, settings, journal);
    if (version < MIGRATIONS.length || settings.exclusive) migrate(sql, settings);
    skipFences(sql);
    return { sql, journal };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A file of ours keeps what it has: another process may be using it, with an engine that can do no better. */
function chooseJournal(sql: Statements, { journal, exclusive, path }: Settings, schema: number): Journal {
  const [version = "0"] = sql.row<[string]>("select sqlite_version()") ?? [];
  const safe = exclusive || isSafe(version);
  const [current] = schema === 0 ? [] : (sql.row<[string]>("pragma journal_mode") ?? []);
  const known = current === "wal" || current === "delete" ? current : undefined;
  const chosen = journal ?? known ?? (safe ? "wal" : "delete");
  if (chosen === "delete" || safe) return chosen;
  throw new StoreError(
    `Not opening "${path}": SQLite ${version}, which this Node.js brings, can corrupt a file that several processes use in WAL mode. ` +
      `Use a Node.js with SQLite ${SAFE_WAL_VERSION.join(".")} or newer, or one of { access: "exclusive" } and { journal: "delete" }`,
  );
}

function isSafe(version: string): boolean {
  const parts = version.split(".").map(Number);
  const firstOff = SAFE_WAL_VERSION.findIndex((part, index) => parts[index] !== part);
  return firstOff === -1 || (parts[firstOff] ?? 0) > (SAFE_WAL_VERSION[firstOff] ?? 0);
}

/** The schema version of the file; 0 when it has none of ours yet. */
function versionOf(sql: Statements, { path, besideOwnTables }: Settings): number {
  const [application = 0] = sql.row<[number]>("pragma application_id") ?? [];
  const version =
    application === APPLICATION_ID ? sql.row<[number]>("pragma user_version")?.[0] : besideVersion(sql, application, besideOwnTables, path);
  if (version === undefined || version <= MIGRATIONS.length) return version ?? 0;
  throw new StoreError(
    `"${path}" has schema version ${version}, and this version of @job-orch/sqlite knows ${MIGRATIONS.length}: it was written by a newer one. Update this one`,
  );
}

function besideVersion(sql: Statements, application: number, besideOwnTables: boolean, path: string): number {
  const [ours = 0] = sql.row<[number]>("select count(*) from sqlite_schema where type = 'table' and name = 'jo_meta'") ?? [];
  if (ours > 0) return sql.row<[number]>("select version from jo_meta")?.[0] ?? 0;
  const [tables = 0] = sql.row<[number]>("select count(*) from sqlite_schema") ?? [];
  if ((tables === 0 && application === 0) || besideOwnTables) return 0;
  throw new StoreError(
    `"${path}" belongs to another application. Use another file, or { besideOwnTables: true } to keep queues beside its tables`,
  );
}

/** Notices what SQLite itself would notice only when it comes to the missing page. */
function refuseDamaged(sql: Statements, path: string): void {
  if (path === ":memory:") return;
  const [pages = 0] = sql.row<[number]>("pragma page_count") ?? [];
  const [pageSize = 0] = sql.row<[number]>("pragma page_size") ?? [];
  // In this order: others may be writing, and the file only ever grows towards what the log said.
  const walSize = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const { size } = statSync(path);
  // With a log the newest pages may be in there only.
  if (walSize === 0 && size < pages * pageSize) throw damaged(path, `${pages} pages expected, ${Math.floor(size / pageSize)} found`);
  if (size > CHECKED_BYTES) return;
  const [verdict = "ok"] = sql.row<[string]>("pragma quick_check(1)") ?? [];
  if (verdict !== "ok") throw damaged(path, verdict);
}

function damaged(path: string, detail: string): StoreError {
  return new StoreError(`"${path}" is damaged (${detail}). Restore it from a copy, or move it aside to begin anew`);
}

function configure(sql: Statements, { synchronous, path }: Settings, journal: Journal): void {
  const [mode] = sql.row<[string]>(`pragma journal_mode = ${journal}`) ?? [];
  if (mode !== journal && path !== ":memory:") {
    throw new StoreError(`"${path}" cannot use journal_mode ${journal}, only ${String(mode)}: is it on a network file system?`);
  }
  sql.db.exec(`
    pragma synchronous = ${synchronous};
    pragma cache_size = -${CACHE_KIB};
    pragma wal_autocheckpoint = ${CHECKPOINT_PAGES};
    pragma journal_size_limit = ${WAL_LIMIT_BYTES};
  `);
}

/** One transaction for all steps: another process sees the old schema or the new one. */
function migrate(sql: Statements, settings: Settings): void {
  sql.db.exec("begin immediate");
  try {
    const version = versionOf(sql, settings); // someone may have been faster
    for (const step of MIGRATIONS.slice(version)) sql.db.exec(step);
    if (version < MIGRATIONS.length) stamp(sql, version);
    sql.db.exec("commit");
  } catch (error) {
    if (sql.db.isTransaction) sql.db.exec("rollback");
    throw error;
  }
}

function stamp(sql: Statements, oldVersion: number): void {
  sql.run("update jo_meta set version = ?", MIGRATIONS.length);
  const [application = 0] = sql.row<[number]>("pragma application_id") ?? [];
  const [others = 0] =
    sql.row<[number]>(
      "select count(*) from sqlite_schema where type = 'table' and name not like 'jo\\_%' escape '\\' and name not like 'sqlite\\_%' escape '\\'",
    ) ?? [];
  // A file with the application's own tables keeps the application's own marks.
  if (application !== APPLICATION_ID && (oldVersion > 0 || application !== 0 || others > 0)) return;
  sql.db.exec(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${MIGRATIONS.length}`);
}

/** More than a machine lends out between two syncs. */
const SKIPPED_FENCES = 2 ** 20;

/** A power loss may undo claims, and their fences with them: they must not be given out again. So each start of the machine begins higher. */
function skipFences(sql: Statements): void {
  const boot = machineStart();
  if (sql.row("select 1 from jo_meta where boot = ?", boot) !== undefined) return;
  const skipped = `update jo_meta set next_fence = case when next_seq = 1 then 1 else next_fence + ${SKIPPED_FENCES} end, boot = ? where boot <> ?`;
  sql.run(skipped, boot, boot);
}

/** Differs with every start of the machine; with every opening where that cannot be known. */
function machineStart(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return `${Date.now()}-${Math.random()}`;
  }
}
