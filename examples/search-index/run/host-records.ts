import { readFileSync, writeFileSync } from "node:fs";

/** How fast a run over a directory was, by where it tokenised. */
export interface HostRecord {
  /** As people read it: `2 threads`. */
  readonly name: string;
  readonly perSecond: number;
  /** The median, from begin to stored. Units: milliseconds. */
  readonly tokeniseMs: number | undefined;
}

/** Fewer files say nothing of a host. */
const LEAST_FILES = 100;

export interface HostRun {
  readonly name: string;
  readonly files: number;
  readonly elapsedMs: number;
  readonly tokeniseMs: number | undefined;
}

/** Notes how this run did, if it did enough; all that is known of this directory, the fastest first. */
export function noteHost(path: string, directory: string, { name, files, elapsedMs, tokeniseMs }: HostRun): readonly HostRecord[] {
  const all = read(path);
  const records = new Map(Object.entries(all[directory] ?? {}));
  if (files >= LEAST_FILES) {
    records.set(name, { name, perSecond: Math.round(files / (elapsedMs / 1_000)), tokeniseMs });
    writeFileSync(path, JSON.stringify({ ...all, [directory]: Object.fromEntries(records) }, null, 2));
  }
  return [...records.values()].sort((a, b) => b.perSecond - a.perSecond);
}

/** A file that is not there or not ours says nothing. */
function read(path: string): Readonly<Record<string, Readonly<Record<string, HostRecord>>>> {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}
