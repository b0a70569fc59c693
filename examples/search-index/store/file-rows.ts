import { basename, dirname, sep } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RefusalCode } from "../jobs/refused-file-error.ts";
import type { FoundFile, Indexed, TermedFile } from "../jobs/shapes.ts";
import { termsOf } from "../jobs/terms.ts";
import type { Folders } from "./folders.ts";

/** The last so many parts of a path are searched too. */
const PLACE_PARTS = 4;

/** The rows of files and of their words. All writes are for use inside a transaction, and change nothing the second time. */
export class FileRows {
  readonly #folders: Folders;
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #change: StatementSync;
  readonly #remove: StatementSync;
  readonly #addWords: StatementSync;
  readonly #removeWords: StatementSync;
  readonly #refuse: StatementSync;
  readonly #forgive: StatementSync;

  constructor(database: DatabaseSync, folders: Folders) {
    this.#folders = folders;
    this.#find = database.prepare("select id, hash, tokens from files where folder = (select id from folders where path = ?) and name = ?");
    this.#insert = database.prepare("insert into files (folder, name, size, mtime_ns, hash, tokens) values (?, ?, ?, ?, ?, ?)");
    this.#change = database.prepare("update files set size = ?, mtime_ns = ?, hash = ?, tokens = ? where id = ?");
    this.#remove = database.prepare("delete from files where id = ?");
    this.#addWords = database.prepare("insert into words (rowid, place, terms) values (?, ?, ?)");
    this.#removeWords = database.prepare("delete from words where rowid = ?");
    this.#refuse = database.prepare("insert or replace into refused (folder, name, size, mtime_ns, code) values (?, ?, ?, ?, ?)");
    this.#forgive = database.prepare("delete from refused where folder = (select id from folders where path = ?) and name = ?");
  }

  put(file: TermedFile): Indexed["change"] {
    const { path, size, mtimeNs, hash, tokens, terms } = file;
    if (this.restamp(file, hash)) return "same";
    const known = this.#findFile(path);
    if (known === undefined) {
      this.forgive(path);
      const folder = this.#folders.findOrAdd(dirname(path));
      // Not "returning id": that makes a table of its own for the answer, which takes longer than the insert.
      const { lastInsertRowid } = this.#insert.run(folder, basename(path), size, stamp(mtimeNs), hash, tokens);
      this.#addWords.run(lastInsertRowid, placeOf(path), terms);
      return "new";
    }
    this.#change.run(size, stamp(mtimeNs), hash, tokens, known.id);
    this.#removeWords.run(known.id);
    this.#addWords.run(known.id, placeOf(path), terms);
    return "changed";
  }

  /** Gives a file of known content its new time. False when it is not that content. */
  restamp({ path, size, mtimeNs }: FoundFile, hash: string): boolean {
    const known = this.#findFile(path);
    if (known?.hash !== hash) return false;
    this.#change.run(size, stamp(mtimeNs), hash, known.tokens, known.id);
    return true;
  }

  refuse({ path, size, mtimeNs }: FoundFile, code: RefusalCode): void {
    const known = this.#findFile(path);
    if (known !== undefined) this.remove(known.id);
    this.#refuse.run(this.#folders.findOrAdd(dirname(path)), basename(path), size, stamp(mtimeNs), code);
  }

  /** It can be read after all. */
  forgive(path: string): void {
    this.#forgive.run(dirname(path), basename(path));
  }

  remove(id: number): void {
    this.#removeWords.run(id);
    this.#remove.run(id);
  }

  hashOf(path: string): string | undefined {
    return this.#findFile(path)?.hash;
  }

  #findFile(path: string): { readonly id: number; readonly hash: string; readonly tokens: number } | undefined {
    return this.#find.get(dirname(path), basename(path)) as
      | { readonly id: number; readonly hash: string; readonly tokens: number }
      | undefined;
  }
}

/** Nanoseconds as SQLite keeps them: a time that does not fit wraps around, and still tells versions apart. */
export function stamp(mtimeNs: string): bigint {
  return BigInt.asIntN(64, BigInt(mtimeNs));
}

function placeOf(path: string): string {
  return termsOf(path.split(sep).slice(-PLACE_PARTS).join(" ")).terms;
}
