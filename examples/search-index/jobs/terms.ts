import { scanWords } from "./scan-words.ts";
import { TermTable } from "./term-table.ts";

/** Longer words are hashes, encoded data and minified names: nobody searches for them. Units: UTF-16 units. */
const LONGEST_TERM = 40;
/** A term that a file has more often ranks no higher: what BM25 adds by then is next to nothing. */
const MOST_REPEATS = 4;

export interface Terms {
  /** Words in the text. */
  readonly tokens: number;
  /** Its different terms, each up to four times, apart by spaces. */
  readonly terms: string;
}

const table = new TermTable();

/** The terms of a text, in lower case: its words, and the parts of those in `camelCase`. */
export function termsOf(text: string): Terms {
  let tokens = 0;
  table.begin(text);
  scanWords(text, (start, end, whole) => {
    if (whole) tokens++;
    if (end - start <= LONGEST_TERM) table.add(start, end);
  });
  const terms: string[] = [];
  for (const [term, count] of table) {
    for (let repeat = Math.min(count, MOST_REPEATS); repeat > 0; repeat--) terms.push(term);
  }
  table.begin(""); // lets go of the text
  return { tokens, terms: terms.join(" ") };
}

/** The words that a query asks for. */
export function queryTerms(query: string): readonly string[] {
  const terms = new Set<string>();
  scanWords(query, (start, end, whole) => {
    if (whole && end - start <= LONGEST_TERM) terms.add(query.slice(start, end).toLowerCase());
  });
  return [...terms];
}
