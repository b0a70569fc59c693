import type { Scalar } from "./predicate.ts";
import type { Rule } from "./rule.ts";
import { NO_RULE, type RuleChains } from "./rule-chains.ts";
import type { Findable, Search } from "./search.ts";
import { hashOf } from "./text-hash.ts";

const LEAST_SLOTS = 16;
/** A slot whose key has no rules any more; the search for others goes on behind it. */
const LEFT = -1;

/**
 * Rules by a key: hashes and the first rule of each in one array of numbers, so that a key without rules costs one look into
 * memory. At most half of the slots are taken; a key without rules takes none after the next growth.
 */
export class KeyTable<Owner extends Findable> {
  readonly #chains: RuleChains<Owner>;
  readonly #isPrefix: boolean;
  /** A hash and the first rule's place, by turns. */
  #slots = new Int32Array(2 * LEAST_SLOTS);
  #keys: (Scalar | undefined)[] = new Array(LEAST_SLOTS).fill(undefined);
  #taken = 0;
  #left = 0;

  /** With `isPrefix` the keys are what texts begin with. */
  constructor(chains: RuleChains<Owner>, isPrefix: boolean) {
    this.#chains = chains;
    this.#isPrefix = isPrefix;
  }

  get isEmpty(): boolean {
    return this.#taken === this.#left;
  }

  /** Asks the rules of the key that has this hash and is the value, or the beginning of it. */
  find(hash: number, value: unknown, search: Search<Owner>): void {
    const slots = this.#slots;
    const mask = (slots.length >>> 1) - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const first = slots[2 * slot + 1] as number;
      if (first === NO_RULE) return;
      if (slots[2 * slot] !== hash || first === LEFT) continue;
      this.#chains.consider(first, this.#keys[slot] as Scalar, value, this.#isPrefix, search);
    }
  }

  /** Returns the rule's place, by which it is removed. */
  add(key: Scalar, rule: Rule<Owner>): number {
    if (2 * (this.#taken + 1) > this.#keys.length) this.#resize();
    const hash = hashOf(key);
    const slot = this.#slotOf(hash, key);
    const first = this.#slots[2 * slot + 1] as number;
    if (first === NO_RULE) {
      this.#taken++;
      this.#keys[slot] = key;
      this.#slots[2 * slot] = hash;
    }
    this.#slots[2 * slot + 1] = this.#chains.add(rule, first);
    return this.#slots[2 * slot + 1] as number;
  }

  remove(key: Scalar, place: number): void {
    const slot = this.#slotOf(hashOf(key), key);
    const first = this.#chains.remove(place, this.#slots[2 * slot + 1] as number);
    this.#slots[2 * slot + 1] = first === NO_RULE ? LEFT : first;
    if (first !== NO_RULE) return;
    this.#keys[slot] = undefined;
    this.#left++;
    if (this.#left > LEAST_SLOTS && this.#left > this.#taken / 2) this.#resize();
  }

  /** Where the key is, or would be. */
  #slotOf(hash: number, key: Scalar): number {
    const mask = this.#keys.length - 1;
    let slot = hash & mask;
    while (this.#slots[2 * slot + 1] !== NO_RULE && (this.#slots[2 * slot] !== hash || this.#keys[slot] !== key)) slot = (slot + 1) & mask;
    return slot;
  }

  #resize(): void {
    const [slots, keys] = [this.#slots, this.#keys];
    let size = LEAST_SLOTS;
    while (size < 2.25 * (this.#taken - this.#left + 1)) size *= 2; // leaves place for the next few
    this.#slots = new Int32Array(2 * size);
    this.#keys = new Array(size).fill(undefined);
    this.#taken -= this.#left;
    this.#left = 0;
    for (const [old, key] of keys.entries()) {
      const first = slots[2 * old + 1] as number;
      if (key === undefined || first === NO_RULE || first === LEFT) continue;
      const hash = slots[2 * old] as number;
      const slot = this.#slotOf(hash, key);
      this.#keys[slot] = key;
      this.#slots[2 * slot] = hash;
      this.#slots[2 * slot + 1] = first;
    }
  }
}
