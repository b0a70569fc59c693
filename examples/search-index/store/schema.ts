import type { DatabaseSync } from "node:sqlite";
import { JOURNAL } from "./journal.ts";

const VERSION = 1;

/**
 * Folders and files, and the words of the files. `words` keeps no text: what a search shows is read from the file itself.
 * `refused` is what was read and cannot be indexed, so that it is not read again before it changes.
 * Source: https://www.sqlite.org/fts5.html#contentless_delete_tables
 */
const SCHEMA = `
  create table folders (id integer primary key, parent integer not null, path text not null unique);
  create index folders_by_parent on folders (parent);
  create table files (
    id integer primary key,
    folder integer not null,
    name text not null,
    size integer not null,
    mtime_ns integer not null,
    hash text not null,
    tokens integer not null,
    unique (folder, name)
  );
  create table refused (
    folder integer not null,
    name text not null,
    size integer not null,
    mtime_ns integer not null,
    code text not null,
    primary key (folder, name)
  ) without rowid;
  create virtual table words using fts5 (place, terms, content = '', contentless_delete = 1, tokenize = 'ascii');
  pragma user_version = ${VERSION};
`;

/** The file is no index, or none that this program can use. */
export class IndexError extends Error {
  override readonly name = "IndexError";
}

/** Makes the tables of a new index. Errors: `IndexError`. */
export function prepareSchema(database: DatabaseSync, path: string): void {
  // The work can be done again: after a power cut the index may lack its last files, which the next scan finds.
  database.exec(`pragma journal_mode = ${JOURNAL}; pragma synchronous = normal; pragma cache_size = -4000`);
  database.exec("begin immediate");
  try {
    const version = Number(Object.values(database.prepare("pragma user_version").get() ?? {})[0]);
    if (version > VERSION)
      throw new IndexError(
        `The index ${path} is of version ${version} and this program knows version ${VERSION}: begin again with --fresh.`,
      );
    if (version === 0) database.exec(SCHEMA);
    database.exec("commit");
  } catch (error) {
    database.exec("rollback");
    throw error;
  }
}
