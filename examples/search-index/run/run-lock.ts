import { DatabaseSync } from "node:sqlite";
import { IndexError } from "../store/schema.ts";

/**
 * Says who is at work on a store, with the locks of a SQLite file of its own: the system gives them back when a process
 * dies, however it dies. Every run has a shared lock; one of them has the reserved lock and leads.
 * Source: https://www.sqlite.org/lockingv3.html
 */
export class RunLock {
  readonly #presence: DatabaseSync;
  readonly #lead: DatabaseSync;
  #leads = false;

  private constructor(path: string) {
    this.#presence = open(path, 2_000);
    this.#presence.exec("begin; select * from sqlite_schema");
    this.#lead = open(path, 0);
  }

  /** Notes that this process is at work. */
  static take(path: string): RunLock {
    return new RunLock(path);
  }

  /** Does something that nobody else may be at work for. False, and nothing done, when somebody is. */
  static alone(path: string, act: () => void): boolean {
    const database = open(path, 0);
    try {
      if (!succeeds(database, "begin exclusive")) return false;
      act();
      return true;
    } finally {
      database.close();
    }
  }

  /** Whether this process leads; tries to, when nobody does. */
  lead(): boolean {
    this.#leads ||= succeeds(this.#lead, "begin immediate");
    return this.#leads;
  }

  release(): void {
    this.#lead.close();
    this.#presence.close();
  }
}

/** Errors: `IndexError` when nothing can be written there. Units: milliseconds. */
function open(path: string, timeout: number): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout });
  } catch (error) {
    throw new IndexError(`Nothing can be kept beside ${path}: ${(error as Error).message}. --db takes another place.`, { cause: error });
  }
}

/** False when another process has the lock. */
function succeeds(database: DatabaseSync, sql: string): boolean {
  try {
    database.exec(sql);
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

/** SQLITE_BUSY. Source: https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  return ((error as { readonly errcode?: number }).errcode ?? 0) % 256 === 5;
}
