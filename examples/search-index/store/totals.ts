import { sep } from "node:path";
import type { FileIndex } from "./file-index.ts";
import type { RefusalCode } from "../jobs/refused-file-error.ts";

/** What the index has of one directory. */
export interface Totals {
  readonly files: number;
  readonly bytes: number;
  readonly tokens: number;
  readonly refusals: readonly Refusals[];
}

export interface Refusals {
  readonly code: RefusalCode;
  readonly count: number;
  /** The first few, by path. */
  readonly paths: readonly string[];
}

const EXAMPLES = 3;

/** SQL for "in this directory", with `rangeOf` for its parameters. */
export const WITHIN = "(folders.path = ? or folders.path between ? and ?)";

/** Paths under a directory sort between the directory with a separator and with the character after that. */
export function rangeOf(directory: string): [directory: string, from: string, to: string] {
  const prefix = directory.endsWith(sep) ? directory : `${directory}${sep}`;
  return [directory, prefix, `${prefix}\u{10ffff}`];
}

export function totalsOf({ database }: FileIndex, directory: string): Totals {
  const range = rangeOf(directory);
  const files = database
    .prepare(
      `select count(*) as files, coalesce(sum(size), 0) as bytes, coalesce(sum(tokens), 0) as tokens from files join folders on folders.id = files.folder where ${WITHIN}`,
    )
    .get(...range);
  const groups = database
    .prepare(
      `select code, count(*) as number from refused join folders on folders.id = refused.folder where ${WITHIN} group by code order by number desc`,
    )
    .all(...range);
  const some = database.prepare(
    `select folders.path || ? || refused.name as path from refused join folders on folders.id = refused.folder where ${WITHIN} and code = ? order by path limit ${EXAMPLES}`,
  );
  return {
    files: Number(files?.["files"]),
    bytes: Number(files?.["bytes"]),
    tokens: Number(files?.["tokens"]),
    refusals: groups.map(({ code, number }) => ({
      code: code as RefusalCode,
      count: Number(number),
      paths: some.all(sep, ...range, code as string).map(({ path }) => String(path)),
    })),
  };
}
