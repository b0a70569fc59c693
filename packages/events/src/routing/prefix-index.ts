import { Buckets } from "./buckets.ts";
import type { Rule } from "./rule.ts";
import type { Findable, Search } from "./search.ts";

/** Longer prefixes are found by this many characters, and tested. */
export const INDEXED_CHARACTERS = 64;

/** Finds rules by what a text begins with: one look-up per different length of prefixes. */
export class PrefixIndex<Owner extends Findable> {
  readonly #byPrefix = new Buckets<string, Owner>();
  readonly #countByLength = new Map<number, number>();
  #lengths: readonly number[] = [];

  get isEmpty(): boolean {
    return this.#lengths.length === 0;
  }

  add(prefix: string, rule: Rule<Owner>): void {
    this.#byPrefix.add(prefix, rule);
    this.#note(prefix.length, 1);
  }

  remove(prefix: string, rule: Rule<Owner>): void {
    this.#byPrefix.remove(prefix, rule);
    this.#note(prefix.length, -1);
  }

  find(text: string, search: Search<Owner>): void {
    for (const length of this.#lengths) {
      if (length > text.length) return;
      this.#byPrefix.find(text.slice(0, length), search);
    }
  }

  #note(length: number, change: 1 | -1): void {
    const count = (this.#countByLength.get(length) ?? 0) + change;
    if (count === 0) this.#countByLength.delete(length);
    else this.#countByLength.set(length, count);
    if (count === 0 || (count === 1 && change === 1)) this.#lengths = [...this.#countByLength.keys()].sort((one, other) => one - other);
  }
}
