import { statSync } from "node:fs";

/** Which file a path led to when it was opened. */
export class FileIdentity {
  readonly #path: string;
  readonly #opened: string | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#opened = identityOf(path);
  }

  /** Whether the path leads elsewhere by now, or nowhere: SQLite goes on writing to the file that nobody can find any more. */
  get gone(): boolean {
    return this.#opened !== undefined && identityOf(this.#path) !== this.#opened;
  }
}

/** `undefined` for a database in memory. */
function identityOf(path: string): string | undefined {
  if (path === ":memory:") return undefined;
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? "nowhere" : `${stat.dev}:${stat.ino}`;
}
