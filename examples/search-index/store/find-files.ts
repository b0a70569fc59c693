import { join } from "node:path";
import type { FileIndex } from "./file-index.ts";
import { rangeOf, WITHIN } from "./totals.ts";

/** A file that has the words. */
export interface Hit {
  readonly path: string;
}

export interface Found {
  readonly hits: readonly Hit[];
  /** How many files match in all. */
  readonly total: number;
  /** What the files have: every word, words that begin so, or some of the words. */
  readonly match: "all" | "beginnings" | "some";
}

/** Less is better. A word in the file's path counts for more than one in its text. Source: https://www.sqlite.org/fts5.html#the_bm25_function */
const RANK = "bm25(words, 5.0, 1.0)";

/** Finds files by their words, best first; looks less strictly when nothing has all of them. */
export function findFiles(
  index: FileIndex,
  terms: readonly string[],
  options: { readonly directory: string | undefined; readonly limit: number },
): Found {
  const quoted = terms.map((term) => `"${term}"`);
  const tries = [
    { match: "all", query: quoted.join(" ") },
    { match: "beginnings", query: quoted.map((term) => `${term}*`).join(" ") },
    { match: "some", query: quoted.map((term) => `${term}*`).join(" OR ") },
  ] as const;
  for (const { match, query } of tries) {
    const found = run(index, query, options);
    if (found.total > 0) return { ...found, match };
  }
  return { hits: [], total: 0, match: "all" };
}

function run(
  { database }: FileIndex,
  query: string,
  { directory, limit }: { readonly directory: string | undefined; readonly limit: number },
): Omit<Found, "match"> {
  const from = "from words join files on files.id = words.rowid join folders on folders.id = files.folder where words match ?";
  const within = directory === undefined ? "" : ` and ${WITHIN}`;
  const values = directory === undefined ? [query] : [query, ...rangeOf(directory)];
  const total = Number(database.prepare(`select count(*) as total ${from}${within}`).get(...values)?.["total"]);
  const rows = database
    .prepare(`select folders.path as folder, files.name as name ${from}${within} order by ${RANK}, folder, name limit ?`)
    .all(...values, limit);
  return { total, hits: rows.map(({ folder, name }) => ({ path: join(String(folder), String(name)) })) };
}
