import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Control characters that text does not use. */
const CONTROLS = [0, 1, 2, 3, 4, 5, 6, 7, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31];

/** What an index of a directory has to be, worked out in the plainest way. */
export interface Reference {
  /** By absolute path: each term of the text with how often it counts. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** By absolute path: why it is no part of the index. */
  readonly refused: ReadonlyMap<string, string>;
}

export function referenceOf(root: string): Reference {
  const files = new Map<string, ReadonlyMap<string, number>>();
  const refused = new Map<string, string>();
  for (const path of pathsIn(root)) {
    const code = refusalOf(path);
    if (code === undefined) files.set(path, termsOf(readFileSync(path, "utf8")));
    else refused.set(path, code);
  }
  return { files, refused };
}

function pathsIn(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) return pathsIn(path);
    return stat.isFile() || (stat.isSymbolicLink() && isBroken(path)) ? [path] : [];
  });
}

function isBroken(link: string): boolean {
  try {
    statSync(link);
    return false;
  } catch {
    return true;
  }
}

function refusalOf(path: string): string | undefined {
  if (lstatSync(path).isSymbolicLink()) return "ERR_FILE_UNREADABLE";
  const bytes = readFileSync(path);
  if (bytes.length > 1024 * 1024) return "ERR_FILE_TOO_LARGE";
  if (bytes.some((byte) => byte === 0)) return "ERR_FILE_BINARY";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return undefined;
  } catch {
    return [...bytes].some((byte) => CONTROLS.includes(byte)) ? "ERR_FILE_BINARY" : "ERR_FILE_NOT_UTF8";
  }
}

function termsOf(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/[\p{L}\p{N}\p{M}\p{So}]+/gu)) {
    const humps = word.split(/(?<=[^A-Z])(?=[A-Z])/);
    for (const term of humps.length > 1 ? [word, ...humps] : [word]) {
      if (term.length <= 40) counts.set(term.toLowerCase(), Math.min(4, (counts.get(term.toLowerCase()) ?? 0) + 1));
    }
  }
  return counts;
}
