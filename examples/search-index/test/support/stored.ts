import { sep } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqlite } from "@job-orch/sqlite";
import { CHANNELS } from "../../run/pipeline.ts";
import { JOURNAL } from "../../store/journal.ts";
import { indexPathOf } from "../../store/paths.ts";
import type { Reference } from "./reference.ts";

/** What an index file holds, read with nothing but SQLite. */
export function storedIn(dbPath: string): Reference & { readonly documents: number } {
  const database = new DatabaseSync(indexPathOf(dbPath));
  try {
    const files = new Map<string, Map<string, number>>();
    const paths = new Map<number, string>();
    for (const { id, folder, name } of database
      .prepare("select files.id, path as folder, name from files join folders on folders.id = folder")
      .all()) {
      const path = `${String(folder)}${sep}${String(name)}`;
      if (files.has(path)) throw new Error(`${path} is in the index twice`);
      files.set(path, new Map());
      paths.set(Number(id), path);
    }
    // One row per occurrence: a file that was written twice has its terms twice.
    database.exec("create virtual table temp.occurrences using fts5vocab(main, words, instance)");
    for (const { term, doc, number } of database
      .prepare("select term, doc, count(*) as number from occurrences where col = 'terms' group by term, doc")
      .all()) {
      files.get(paths.get(Number(doc)) ?? `words of no file (${String(doc)})`)?.set(String(term), Number(number));
    }
    const refused = new Map<string, string>();
    for (const { folder, name, code } of database
      .prepare("select path as folder, name, code from refused join folders on folders.id = folder")
      .all()) {
      refused.set(`${String(folder)}${sep}${String(name)}`, String(code));
    }
    const documents = Number(database.prepare("select count(*) as number from words_docsize").get()?.["number"]);
    return { files, refused, documents };
  } finally {
    database.close();
  }
}

/** How many files an index holds; 0 while it is being made. */
export function countIn(dbPath: string): number {
  const database = new DatabaseSync(indexPathOf(dbPath), { timeout: 5_000 });
  try {
    if (database.prepare("select 1 from sqlite_schema where name = 'files'").get() === undefined) return 0;
    return Number(database.prepare("select count(*) as number from files").get()?.["number"]);
  } finally {
    database.close();
  }
}

/** A dead letter: the file and the reason, apart by a space. */
export async function deadLettersIn(dbPath: string): Promise<readonly string[]> {
  const transport = sqlite(dbPath, { journal: JOURNAL });
  try {
    const found: string[] = [];
    for (const { channel } of CHANNELS) {
      for (let after: string | undefined; ;) {
        const page = await transport.list(channel, { state: "dead", limit: 1_000, ...(after === undefined ? {} : { after }) });
        for (const { error } of page.items) found.push(`${String(error?.data?.["path"])} ${error?.code ?? error?.name}`);
        after = page.next;
        if (after === undefined) break;
      }
    }
    return found.sort();
  } finally {
    await transport[Symbol.asyncDispose]();
  }
}

/** How many requests are neither over nor dead. */
export async function waitingIn(dbPath: string): Promise<number> {
  const transport = sqlite(dbPath, { journal: JOURNAL });
  try {
    let waiting = 0;
    for (const { channel } of CHANNELS) {
      const { ready, delayed, inFlight } = await transport.depth(channel);
      waiting += ready + delayed + inFlight;
    }
    return waiting;
  } finally {
    await transport[Symbol.asyncDispose]();
  }
}
