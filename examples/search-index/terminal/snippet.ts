import { scanWords } from "../jobs/scan-words.ts";

/** A place in a text, for people: one line with the words it was found for. */
export interface Snippet {
  /** From 1. */
  readonly lineNumber: number;
  readonly text: string;
  /** Where the words are in `text`, in order and apart. */
  readonly marks: readonly { readonly start: number; readonly end: number }[];
}

interface Candidate extends Snippet {
  readonly different: number;
}

/** The lines of a text that show most of the terms, in the order of the text. */
export function snippets(
  text: string,
  terms: readonly string[],
  options: { readonly most: number; readonly width: number },
): readonly Snippet[] {
  const best: Candidate[] = [];
  const seen = new Set<string>();
  let lineNumber = 0;
  for (const line of text.split(/\r\n|\r|\n/)) {
    lineNumber++;
    const candidate = candidateOf(line, lineNumber, terms, options.width);
    if (candidate === undefined || seen.has(candidate.text)) continue;
    seen.add(candidate.text);
    best.push(candidate);
    // Few at a time: a stable sort keeps earlier lines first among equals.
    if (best.length > options.most) best.sort((a, b) => b.different - a.different).pop();
  }
  return best.sort((a, b) => a.lineNumber - b.lineNumber);
}

function candidateOf(line: string, lineNumber: number, terms: readonly string[], width: number): Candidate | undefined {
  const marks = marksIn(line, terms);
  const [first] = marks;
  if (first === undefined) return undefined;
  const { text, from, lead } = cut(line, first.start, width);
  const shift = lead - from;
  const shown = marks
    .map(({ start, end }) => ({ start: start + shift, end: end + shift }))
    .filter(({ start, end }) => start >= lead && end <= text.length);
  const different = new Set(marks.map(({ start, end }) => line.slice(start, end).toLowerCase())).size;
  return { lineNumber, text, marks: shown, different };
}

/** Where whole words, parts of `camelCase` words, or beginnings of words are what was asked for. */
function marksIn(line: string, terms: readonly string[]): readonly { readonly start: number; readonly end: number }[] {
  const marks: { start: number; end: number }[] = [];
  scanWords(line, (start, end) => {
    const word = line.slice(start, end).toLowerCase();
    const term = terms.find((one) => word === one) ?? terms.find((one) => word.startsWith(one));
    if (term === undefined || word.length !== end - start) return;
    const last = marks.at(-1);
    // The parts of a word come after it, and are marked with it.
    if (last === undefined || start >= last.end) marks.push({ start, end: start + term.length });
  });
  return marks;
}

/** As much of a line as fits, around its first mark. */
function cut(line: string, mark: number, width: number): { readonly text: string; readonly from: number; readonly lead: number } {
  const flat = line.replaceAll(/[\s\p{Cc}]/gu, " "); // a tab or an escape would break the line's layout
  const indent = flat.length - flat.trimStart().length;
  if (flat.trimEnd().length - indent <= width) return { text: flat.trim(), from: indent, lead: 0 };
  const from = mark - indent < width * 0.7 ? indent : mark - Math.floor(width / 3);
  const lead = from > indent ? 1 : 0;
  const body = flat.slice(from, from + width - lead - 1);
  const more = from + body.length < flat.trimEnd().length;
  return { text: `${lead === 1 ? "…" : ""}${body}${more ? "…" : ""}`, from, lead };
}
