import type { Environment } from "../environment.ts";

/** What the last two digits of an id may be. */
const LAST_DIGITS: readonly string[] = Array.from({ length: 36 ** 2 }, (_, count) => count.toString(36).padStart(2, "0"));

/**
 * The last digits of an id as a number. Ids of one source that are made one after the other count up by one; of any other
 * string it is just some number.
 *
 * Range: integer 0 to 2^31 − 1.
 */
export function lastDigits(id: string): number {
  const end = id.length;
  const high = toDigit(id.charCodeAt(end - 4)) * 36 + toDigit(id.charCodeAt(end - 3));
  return ((high * 36 + toDigit(id.charCodeAt(end - 2))) * 36 + toDigit(id.charCodeAt(end - 1))) & 0x7fffffff;
}

function toDigit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

/** Makes ids that no other source makes: time and chance once per source, then a counter. Ids of one source sort by age. */
export function idSource(environment: Environment): () => string {
  const chance = Math.floor(environment.random() * 2 ** 52)
    .toString(36)
    .padStart(11, "0");
  const prefix = `${environment.clock.now().toString(36)}${chance}`;
  let high = 0;
  let low = 0;
  let block = prefix + "00000";
  return () => {
    // Two strings that exist already, joined: nothing is cheaper to make, and a waiting request keeps its id.
    if (low === LAST_DIGITS.length) {
      low = 0;
      block = prefix + (++high).toString(36).padStart(5, "0");
    }
    return block + LAST_DIGITS[low++];
  };
}
