import { ClosedError } from "@job-orch/core";
import type { Settings } from "./options.ts";
import { openDatabase } from "./open-database.ts";
import type { Statements } from "./statements.ts";
import { Topology } from "./topology.ts";
import { Transaction } from "./transaction.ts";

/** How a transaction ended: committed, or rolled back with what went wrong. */
export type Committed = { readonly ok: true } | { readonly ok: false; readonly error: unknown; readonly committing: boolean };

/** The one connection of a transport, opened on first use and again after it broke. */
export class Store {
  readonly settings: Settings;
  readonly topology = new Topology();
  #sql: Statements | undefined;
  #opening: Promise<Statements> | undefined;
  #closed = false;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** The connection; `undefined` while there is none. */
  get sql(): Statements | undefined {
    return this.#sql;
  }

  /** Errors: as `openDatabase`, and `ERR_CLOSED`. */
  async open(): Promise<Statements> {
    if (this.#closed) throw new ClosedError(`The transport on "${this.settings.path}" is closed`);
    if (this.#sql !== undefined) return this.#sql;
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /**
   * Runs `work` and commits. Nothing of it remains when it throws. `unsynced`: a power loss may undo it, but not what is
   * committed after it alone.
   */
  transaction(sql: Statements, work: (tx: Transaction) => void, unsynced = false): Committed {
    const relax = unsynced && this.settings.synchronous === "full" && this.settings.journal === "wal";
    let committing = false;
    try {
      if (relax) sql.db.exec("pragma synchronous = normal");
      sql.run("begin immediate");
      const tx = new Transaction(sql, this.topology, this.settings.clock.now());
      work(tx);
      tx.finish();
      committing = true;
      sql.run("commit");
      return { ok: true };
    } catch (error) {
      this.topology.forget();
      try {
        if (sql.db.isTransaction) sql.run("rollback");
      } catch {
        this.discard(); // a transaction that cannot be rolled back ends with its connection
      }
      return { ok: false, error, committing };
    } finally {
      if (relax && sql.db.isOpen) sql.db.exec("pragma synchronous = full");
    }
  }

  /** Drops a connection that broke; the next `open` makes a new one. */
  discard(): void {
    const sql = this.#sql;
    this.#sql = undefined;
    this.topology.forget();
    if (sql?.db.isOpen === true) sql.db.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    this.discard();
  }

  async #open(): Promise<Statements> {
    try {
      this.#sql = await openDatabase(this.settings);
      return this.#sql;
    } finally {
      this.#opening = undefined;
    }
  }
}
