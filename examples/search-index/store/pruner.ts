import { basename } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { FileRows } from "./file-rows.ts";
import type { Folders } from "./folders.ts";
import { inTransaction } from "./group-commit.ts";

const SUBTREE = "with recursive tree (id) as (values (?) union all select folders.id from folders join tree on folders.parent = tree.id)";

/** Takes out of the index what is no longer there. */
export class Pruner {
  readonly #database: DatabaseSync;
  readonly #folders: Folders;
  readonly #rows: FileRows;
  readonly #filesIn: StatementSync;
  readonly #refusedIn: StatementSync;
  readonly #foldersIn: StatementSync;

  constructor(database: DatabaseSync, folders: Folders, rows: FileRows) {
    this.#database = database;
    this.#folders = folders;
    this.#rows = rows;
    this.#filesIn = database.prepare("select id, name from files where folder = ?");
    this.#refusedIn = database.prepare("select name from refused where folder = ?");
    this.#foldersIn = database.prepare("select id, path from folders where parent = ?");
  }

  /** Compares a folder that could be listed with what is in it now, and returns how many files were taken out. */
  keepOnly(folder: string, files: ReadonlySet<string>, subfolders: ReadonlySet<string>): number {
    this.#rows.forgive(folder);
    const id = this.#folders.find(folder);
    if (id === undefined) return 0;
    const goneFiles = this.#filesIn.all(id).filter(({ name }) => !files.has(String(name)));
    // A folder that could not be listed is among the refused as well.
    const goneRefused = this.#refusedIn.all(id).filter(({ name }) => !files.has(String(name)) && !subfolders.has(String(name)));
    const goneFolders = this.#foldersIn.all(id).filter(({ path }) => !subfolders.has(basename(String(path))));
    if (goneFiles.length + goneRefused.length + goneFolders.length === 0) return 0;
    return inTransaction(this.#database, () => {
      for (const file of goneFiles) this.#rows.remove(Number(file["id"]));
      const forget = this.#database.prepare("delete from refused where folder = ? and name = ?");
      for (const { name } of goneRefused) forget.run(id, String(name));
      return goneFolders.reduce((sum, gone) => sum + this.#dropTree(Number(gone["id"])), goneFiles.length);
    });
  }

  /** Takes out a whole folder. */
  dropFolder(folder: string): number {
    const id = this.#folders.find(folder);
    return id === undefined ? 0 : inTransaction(this.#database, () => this.#dropTree(id));
  }

  #dropTree(folder: number): number {
    const files = this.#database.prepare(`${SUBTREE} select id from files where folder in (select id from tree)`).all(folder);
    for (const file of files) this.#rows.remove(Number(file["id"]));
    this.#database.prepare(`${SUBTREE} delete from refused where folder in (select id from tree)`).run(folder);
    this.#database.prepare(`${SUBTREE} delete from folders where id in (select id from tree)`).run(folder);
    return files.length;
  }
}
