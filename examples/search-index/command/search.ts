import { existsSync } from "node:fs";
import { relative, sep } from "node:path";
import { readBytes } from "../jobs/read-bytes.ts";
import { MOST_FILE_BYTES } from "../jobs/read-text.ts";
import { queryTerms } from "../jobs/terms.ts";
import { FileIndex } from "../store/file-index.ts";
import { findFiles, type Found, type Hit } from "../store/find-files.ts";
import { indexPathOf } from "../store/paths.ts";
import { count, plural, printable } from "../terminal/format.ts";
import type { Screen } from "../terminal/screen.ts";
import { type Snippet, snippets } from "../terminal/snippet.ts";
import type { Command } from "./arguments.ts";

const SNIPPETS_PER_FILE = 2;
const MARGIN = 9;

/** Prints the files that have the words, best first, with the lines that show why. Returns the exit code. */
export function search(command: Extract<Command, { kind: "search" }>, screen: Screen, complain: (sentence: string) => void): number {
  const path = indexPathOf(command.dbPath);
  if (!existsSync(path)) {
    complain(`There is no index at ${path} yet: run npm run demo first.`);
    return 1;
  }
  const index = new FileIndex(path);
  try {
    const terms = queryTerms(command.words);
    const found = findFiles(index, terms, command);
    screen.print(...heading(found, terms, screen));
    for (const [place, hit] of found.hits.entries()) screen.print("", ...card(hit, place + 1, terms, screen));
    if (found.total > found.hits.length)
      screen.print(
        "",
        screen.paint("dim", `  ${count(found.total - found.hits.length)} more: --limit ${Math.min(1000, found.hits.length * 5)}`),
      );
    return 0;
  } finally {
    index.close();
  }
}

function heading({ total, match }: Found, terms: readonly string[], { paint }: Screen): readonly string[] {
  const words = terms.map((term) => paint("bold", term)).join(" ");
  if (total === 0) return ["", `  No file has ${words}.`];
  const files = plural(total, "file");
  const verb = total === 1 ? "has" : "have";
  if (match === "all") return ["", `  ${files} ${verb} ${words}`];
  if (match === "beginnings") return ["", `  No file has ${words} as such; ${files} ${verb} words that begin so`];
  return ["", `  No file has all of ${words}; ${files} ${verb} some`];
}

function card({ path }: Hit, place: number, terms: readonly string[], screen: Screen): readonly string[] {
  const { paint } = screen;
  const title = `${`${place}.`.padStart(5)} ${paint(["bold", "cyan"], shorten(printable(path), screen.columns() - 8))}`;
  let text: string;
  try {
    text = readBytes(path, Buffer.allocUnsafe(MOST_FILE_BYTES)).toString("utf8");
  } catch {
    return [title, paint("dim", `${" ".repeat(MARGIN)}it is no longer there; run npm run demo again`)];
  }
  const shown = snippets(text, terms, { most: SNIPPETS_PER_FILE, width: Math.max(30, screen.columns() - MARGIN - 2) });
  return [title, ...shown.map((snippet) => lineOf(snippet, screen))];
}

function lineOf({ lineNumber, text, marks }: Snippet, { paint }: Screen): string {
  let line = "";
  let at = 0;
  for (const { start, end } of marks) {
    line += text.slice(at, start) + paint(["bold", "yellow"], text.slice(start, end));
    at = end;
  }
  return `${paint("dim", String(lineNumber).padStart(MARGIN - 2))}  ${line}${text.slice(at)}`;
}

/** Relative when it is below the current folder; without its middle when it does not fit. */
function shorten(path: string, width: number): string {
  const short = relative(process.cwd(), path);
  const whole = short.startsWith(`..${sep}`) || short === ".." ? path : short;
  return whole.length <= width ? whole : `${whole.slice(0, Math.floor(width / 3))}…${whole.slice(1 + Math.floor(width / 3) - width)}`;
}
