import { ClosedError, StoreError } from "@job-orch/core";
import { FileIdentity } from "./file-identity.ts";
import type { Journal, Settings } from "./options.ts";
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
  #journal: Journal = "wal";
  #opening: Promise<Statements> | undefined;
  #closed = false;
  #file: FileIdentity | undefined;
  #gone = false;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** The connection; `undefined` while there is none. */
  get sql(): Statements | undefined {
    return this.#sql;
  }

  /** What changes with every commit; only once it is open. */
  get changingFile(): string {
    const { path } = this.settings;
    return this.#journal === "wal" ? `${path}-wal` : path;
  }

  /** Errors: as `openDatabase`, and `ERR_CLOSED`. */
  async open(): Promise<Statements> {
    if (this.#closed) throw new ClosedError(`The transport on "${this.settings.path}" is closed`);
    if (this.#gone) throw this.#goneError();
    if (this.#sql !== undefined) return this.#sql;
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /**
   * Runs `work` and commits. Nothing of it remains when it throws. `unsynced`: a power loss may undo it, but not what is
   * committed after it alone.
   */
  transaction(sql: Statements, work: (tx: Transaction) => void, unsynced = false): Committed {
    const relax = unsynced && this.settings.synchronous === "full" && this.#journal === "wal";
    let committing = false;
    try {
      this.#refuseGone();
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
        if (sql.db.isOpen && sql.db.isTransaction) sql.run("rollback");
      } catch {
        this.discard(); // a transaction that cannot be rolled back ends with its connection
      }
      return { ok: false, error, committing };
    } finally {
      if (relax && sql.db.isOpen) sql.db.exec("pragma synchronous = full");
    }
  }

  /** Nothing that is written after the file was deleted can be found again: better refused than accepted and lost. */
  #refuseGone(): void {
    if (this.#file?.gone !== true) return;
    // For good: fences of another file begin anew, so what is on loan here must never be settled there.
    this.#gone = true;
    this.discard();
    throw this.#goneError();
  }

  #goneError(): StoreError {
    const { path } = this.settings;
    return new StoreError(`"${path}" was deleted, moved or replaced while it was open. Open a new transport once the right file is there`);
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
      const { sql, journal } = await openDatabase(this.settings);
      this.#sql = sql;
      this.#journal = journal;
      this.#file ??= new FileIdentity(this.settings.path);
      return sql;
    } finally {
      this.#opening = undefined;
    }
  }
}
