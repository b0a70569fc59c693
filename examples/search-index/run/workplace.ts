import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { sqlite, type SqliteTransport } from "@job-orch/sqlite";
import { FileIndex } from "../store/file-index.ts";
import { JOURNAL } from "../store/journal.ts";
import { filesOf, indexPathOf, lockPathOf } from "../store/paths.ts";
import { RunLock } from "./run-lock.ts";

/** A transaction of the store may be lost in a power cut: the scan that begins every run finds what is missing. */
const SYNCHRONOUS = "normal";
/** Ended requests that are kept to look at. The dead letters stay until they are 30 days old. */
const COMPLETED = { count: 0 };
const DEAD = { count: 1_000_000 };

/** What a run works with, on disk. */
export interface Workplace {
  /** Where the store is; the index is beside it. */
  readonly dbPath: string;
  readonly transport: SqliteTransport;
  readonly index: FileIndex;
  readonly lock: RunLock;
  readonly close: () => Promise<void>;
}

/** Opens the store and the index, or makes them. */
export function openWorkplace(dbPath: string): Workplace {
  mkdirSync(dirname(dbPath), { recursive: true });
  const lock = RunLock.take(lockPathOf(dbPath));
  try {
    const index = new FileIndex(indexPathOf(dbPath));
    const transport = sqlite(dbPath, { synchronous: SYNCHRONOUS, journal: JOURNAL, retention: { completed: COMPLETED, dead: DEAD } });
    const close = async (): Promise<void> => {
      await transport[Symbol.asyncDispose]();
      index.close();
      lock.release();
    };
    return { dbPath, transport, index, lock, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Forgets everything. False, and nothing done, when a run is at work. */
export function clearWorkplace(dbPath: string): boolean {
  mkdirSync(dirname(dbPath), { recursive: true });
  const lock = lockPathOf(dbPath);
  return RunLock.alone(lock, () => {
    for (const file of filesOf(dbPath)) if (!file.startsWith(lock)) rmSync(file, { force: true });
  });
}
