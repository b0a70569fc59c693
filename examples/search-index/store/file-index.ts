import { basename, dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { RefusalCode } from "../jobs/refused-file-error.ts";
import type { FoundFile, Indexed, TermedFile } from "../jobs/shapes.ts";
import { FileRows, stamp } from "./file-rows.ts";
import { Folders } from "./folders.ts";
import { GroupCommit } from "./group-commit.ts";
import { Pruner } from "./pruner.ts";
import { IndexError, prepareSchema } from "./schema.ts";

/** How long a write waits for one of another process. Units: milliseconds. */
const BUSY_TIMEOUT_MS = 30_000;

/** A full-text index of files on disk. Every write can be repeated: the second time it changes nothing. */
export class FileIndex {
  readonly database: DatabaseSync;
  readonly #group: GroupCommit;
  readonly #rows: FileRows;
  readonly #pruner: Pruner;
  readonly #has: StatementSync;
  readonly #wasRefused: StatementSync;

  /** Opens the index, or makes it. Errors: `IndexError`. */
  constructor(path: string) {
    this.database = open(path);
    const folders = new Folders(this.database);
    this.#group = new GroupCommit(this.database);
    this.#rows = new FileRows(this.database, folders);
    this.#pruner = new Pruner(this.database, folders, this.#rows);
    const asIs = "folder = (select id from folders where path = ?) and name = ? and size = ? and mtime_ns = ?";
    this.#has = this.database.prepare(`select 1 from files where ${asIs}`);
    this.#wasRefused = this.database.prepare(`select 1 from refused where ${asIs}`);
  }

  /** Whether the file is in the index as it is on disk. */
  has({ path, size, mtimeNs }: FoundFile): boolean {
    return this.#has.get(dirname(path), basename(path), size, stamp(mtimeNs)) !== undefined;
  }

  /** Whether the file, as it is on disk, was refused already. */
  wasRefused({ path, size, mtimeNs }: FoundFile): boolean {
    return this.#wasRefused.get(dirname(path), basename(path), size, stamp(mtimeNs)) !== undefined;
  }

  /** Notes the new time of a file whose content the index has. False when it does not have it. */
  async touch(file: FoundFile, hash: string): Promise<boolean> {
    if (this.#rows.hashOf(file.path) !== hash) return false;
    return this.#group.add(() => this.#rows.restamp(file, hash));
  }

  /** Puts a file in, in place of what it was before. */
  put(file: TermedFile): Promise<Indexed["change"]> {
    return this.#group.add(() => this.#rows.put(file));
  }

  /** Notes a file that cannot be indexed, and takes out what it was before. */
  refuse(file: FoundFile, code: RefusalCode): Promise<void> {
    return this.#group.add(() => this.#rows.refuse(file, code));
  }

  /** Takes out what is no longer in a folder, and returns how many files that were. */
  keepOnly(folder: string, files: ReadonlySet<string>, subfolders: ReadonlySet<string>): number {
    return this.#pruner.keepOnly(folder, files, subfolders);
  }

  /** Takes out a folder that is no longer there, and returns how many files that were. */
  dropFolder(folder: string): number {
    return this.#pruner.dropFolder(folder);
  }

  close(): void {
    this.#group.flush();
    this.database.close();
  }
}

function open(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    prepareSchema(database, path);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof IndexError) throw error;
    throw new IndexError(`${path} cannot be used as an index: ${(error as Error).message}.`, { cause: error });
  }
}
