import { KeyTable } from "./key-table.ts";
import type { Rule } from "./rule.ts";
import type { RuleChains } from "./rule-chains.ts";
import type { Findable, Search } from "./search.ts";
import { hashEnd, hashStep, NO_TEXT } from "./text-hash.ts";

/** Longer prefixes are found by this many characters, and tested. */
export const INDEXED_CHARACTERS = 64;

/** Finds rules by what a text begins with, in one walk along it. */
export class PrefixIndex<Owner extends Findable> {
  readonly #byPrefix: KeyTable<Owner>;
  /** For the last eight bits of a character, and each place: whether a prefix ends there with it. Most texts need no look-up for most lengths. */
  readonly #ends = new Int32Array(2 * 256);
  /** How many prefixes are behind each bit. */
  readonly #counts = new Map<number, number>();
  /** How many prefixes have each length; the empty one is for every text. */
  readonly #lengths = new Uint32Array(INDEXED_CHARACTERS + 1);
  #shortest = 0;
  #longest = 0;

  constructor(chains: RuleChains<Owner>) {
    this.#byPrefix = new KeyTable(chains, true);
  }

  get isEmpty(): boolean {
    return this.#byPrefix.isEmpty;
  }

  /** Returns the rule's place, by which it is removed. */
  add(prefix: string, rule: Rule<Owner>): number {
    this.#note(prefix, 1);
    return this.#byPrefix.add(prefix, rule);
  }

  remove(prefix: string, place: number): void {
    this.#byPrefix.remove(prefix, place);
    this.#note(prefix, -1);
  }

  find(text: string, search: Search<Owner>): void {
    let hash = NO_TEXT;
    if (this.#lengths[0] !== 0) this.#byPrefix.find(hashEnd(hash), text, search);
    const end = Math.min(text.length, this.#longest);
    const ends = this.#ends;
    let at = 0;
    for (const last = this.#shortest - 1; at < last && at < end; at++) hash = hashStep(hash, text.charCodeAt(at));
    for (; at < end; at++) {
      const character = text.charCodeAt(at);
      hash = hashStep(hash, character);
      if (((ends[wordOf(character, at)] as number) & (1 << at)) !== 0) this.#byPrefix.find(hashEnd(hash), text, search);
    }
  }

  #note(prefix: string, change: 1 | -1): void {
    const { length } = prefix;
    this.#lengths[length]! += change;
    if (length === 0) return;
    this.#shortest = Math.max(
      0,
      this.#lengths.findIndex((count, of) => of > 0 && count > 0),
    );
    this.#longest = Math.max(
      0,
      this.#lengths.findLastIndex((count) => count > 0),
    );
    const at = length - 1;
    const word = wordOf(prefix.charCodeAt(at), at);
    const bit = 32 * word + (at & 31);
    const count = (this.#counts.get(bit) ?? 0) + change;
    if (count > 0) {
      this.#counts.set(bit, count);
      this.#ends[word]! |= 1 << at;
    } else {
      this.#counts.delete(bit);
      this.#ends[word]! &= ~(1 << at);
    }
  }
}

/** Where a character's bit for a place is; shifts take a place by 32. */
function wordOf(character: number, at: number): number {
  return ((character & 0xff) << 1) | (at >>> 5);
}
