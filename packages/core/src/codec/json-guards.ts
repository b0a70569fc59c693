import { DecodeError } from "../errors/errors.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Refuses text whose brackets are nested deeper, before anything is built from it. */
export function refuseNesting(text: string, maxDepth: number): void {
  // A level takes two brackets, and most texts do not have that many.
  if (text.length <= 2 * maxDepth || !hasMore(text, "[", "{", maxDepth)) return;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      at = endOfString(text, at);
    } else if (char === 0x5b || char === 0x7b) {
      if (++depth > maxDepth) throw new DecodeError(`The body is nested deeper than ${maxDepth} levels`);
    } else if (char === 0x5d || char === 0x7d) {
      depth--;
    }
  }
}

/** Whether the two characters occur more than `most` times together. */
function hasMore(text: string, one: string, other: string, most: number): boolean {
  let count = 0;
  for (const char of [one, other]) {
    for (let at = text.indexOf(char); at !== -1; at = text.indexOf(char, at + 1)) {
      if (++count > most) return true;
    }
  }
  return false;
}

/** Where the string that opens at `start` closes; the end of the text when it never does. */
function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
}

/**
 * Refuses fields named `__proto__`: JSON.parse makes them plain fields, but whoever copies the object by assignment sets
 * the copy's prototype with it.
 */
export function refusePrototypeKeys(text: string, json: unknown): void {
  // Any other spelling of the key needs an escape.
  if (!text.includes("__proto__") && !text.includes("\\u")) return;
  const open: unknown[] = [json];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    if (Object.hasOwn(value, "__proto__")) throw new DecodeError('The body has a field named "__proto__"');
    for (const inner of Object.values(value)) open.push(inner);
  }
}
