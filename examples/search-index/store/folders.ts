import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** The ids of folders. A folder's ancestors are there too, so that what vanished is found level by level. */
export class Folders {
  readonly #find: StatementSync;
  readonly #insert: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare("select id from folders where path = ?");
    this.#insert = database.prepare("insert into folders (parent, path) values (?, ?)");
  }

  /** `undefined` when the index has nothing in it. */
  find(path: string): number | undefined {
    return this.#find.get(path)?.["id"] as number | undefined;
  }

  /** To be called inside a transaction. */
  findOrAdd(path: string): number {
    const known = this.find(path);
    if (known !== undefined) return known;
    const above = dirname(path);
    const parent = above === path ? 0 : this.findOrAdd(above);
    return Number(this.#insert.run(parent, path).lastInsertRowid);
  }
}
