import type { Environment } from "../environment.ts";

/** What the last two digits of an id may be. */
const LAST_DIGITS: readonly string[] = Array.from({ length: 36 ** 2 }, (_, count) => count.toString(36).padStart(2, "0"));

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
