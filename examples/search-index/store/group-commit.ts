import type { DatabaseSync } from "node:sqlite";

/** A transaction takes at most this many changes … */
const MOST_CHANGES = 512;
/** … and waits this long for more. Units: milliseconds. */
const LINGER_MS = 60;

interface Change {
  readonly apply: () => unknown;
  readonly resolve: (made: unknown) => void;
  readonly reject: (error: unknown) => void;
  made: unknown;
}

/** Puts the changes of many jobs into one transaction; each job hears of its own when that is committed. */
export class GroupCommit {
  readonly #database: DatabaseSync;
  #waiting: Change[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Resolves with what `apply` returned, once it is stored. `apply` must not wait. */
  add<Made>(apply: () => Made): Promise<Made> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ apply, resolve: resolve as (made: unknown) => void, reject, made: undefined });
      if (this.#waiting.length >= MOST_CHANGES) this.flush();
      else this.#timer ??= setTimeout(() => this.flush(), LINGER_MS);
    });
  }

  /** Commits what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changes = this.#waiting;
    if (changes.length === 0) return;
    this.#waiting = [];
    try {
      inTransaction(this.#database, () => {
        for (const change of changes) change.made = change.apply();
      });
    } catch (error) {
      for (const change of changes) change.reject(error);
      return;
    }
    for (const change of changes) change.resolve(change.made);
  }
}

/** All of it, or none. */
export function inTransaction<Made>(database: DatabaseSync, make: () => Made): Made {
  database.exec("begin immediate");
  try {
    const made = make();
    database.exec("commit");
    return made;
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    throw error;
  }
}
