import { Buckets } from "./buckets.ts";
import type { Rule } from "./rule.ts";
import type { Findable, Search } from "./search.ts";

/** Longer prefixes are found by this many characters, and tested. */
export const INDEXED_CHARACTERS = 64;

/** All prefixes of one length. */
interface Length {
  readonly length: number;
  count: number;
  /** How many of them end with a character, by its last eight bits: most texts need no look-up for most lengths. */
  readonly ends: Uint32Array;
}

/** Finds rules by what a text begins with: at most one look-up per different length of prefixes. */
export class PrefixIndex<Owner extends Findable> {
  readonly #byPrefix = new Buckets<string, Owner>();
  #lengths: readonly Length[] = [];

  get isEmpty(): boolean {
    return this.#lengths.length === 0;
  }

  add(prefix: string, rule: Rule<Owner>): void {
    this.#byPrefix.add(prefix, rule);
    this.#note(prefix, 1);
  }

  remove(prefix: string, rule: Rule<Owner>): void {
    this.#byPrefix.remove(prefix, rule);
    this.#note(prefix, -1);
  }

  find(text: string, search: Search<Owner>): void {
    for (const { length, ends } of this.#lengths) {
      if (length > text.length) return;
      if (ends[endOf(text, length)] !== 0) this.#byPrefix.find(text.slice(0, length), search);
    }
  }

  #note(prefix: string, change: 1 | -1): void {
    const { length } = prefix;
    let own = this.#lengths.find((one) => one.length === length);
    if (own === undefined) {
      own = { length, count: 0, ends: new Uint32Array(256) };
      this.#lengths = [...this.#lengths, own].sort((one, other) => one.length - other.length);
    }
    own.count += change;
    own.ends[endOf(prefix, length)]! += change;
    if (own.count === 0) this.#lengths = this.#lengths.filter((one) => one !== own);
  }
}

/** Of the empty prefix: 0, for every text. */
function endOf(text: string, length: number): number {
  return length === 0 ? 0 : text.charCodeAt(length - 1) & 0xff;
}
