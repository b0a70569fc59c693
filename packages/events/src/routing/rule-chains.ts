import type { Scalar } from "./predicate.ts";
import { Prints } from "./prints.ts";
import type { Rule } from "./rule.ts";
import type { Findable, Search } from "./search.ts";
import { printOf } from "./text-hash.ts";

/** Stands for no rule, and ends a chain. */
export const NO_RULE = 0;

/** What is known of a rule by numbers, side by side: */
const STRIDE = 4;
const NEXT = 0;
const PREVIOUS = 1;
/** the field that it asks about, where a fingerprint can say no; or */
const SLOT = 2;
const ASKS_MORE = -1;
/** and the fingerprint of what it asks for. */
const PRINT = 3;

/**
 * The rules that hashed keys lead to, chained to each other by their places. Most candidates fail on their first question, and
 * that is in one array of numbers: nothing of them but 16 bytes is read from memory.
 */
export class RuleChains<Owner extends Findable> {
  readonly #prints = new Prints();
  readonly #rules: (Rule<Owner> | undefined)[] = [undefined];
  #links = new Int32Array(16 * STRIDE);
  #firstFree = NO_RULE;

  /** Puts a rule before the first of a chain, and returns its place: the first one now. */
  add(rule: Rule<Owner>, first: number): number {
    const place = this.#takePlace();
    const { equal } = rule;
    const links = this.#links;
    const at = place * STRIDE;
    links[at + NEXT] = first;
    links[at + PREVIOUS] = NO_RULE;
    links[at + SLOT] = equal === undefined ? ASKS_MORE : this.#prints.slotOf(equal.field);
    links[at + PRINT] = equal === undefined ? 0 : printOf(equal.value);
    if (first !== NO_RULE) links[first * STRIDE + PREVIOUS] = place;
    this.#rules[place] = rule;
    return place;
  }

  /** Takes a rule out of its chain, and returns the first of those that are left. */
  remove(place: number, first: number): number {
    const links = this.#links;
    const next = links[place * STRIDE + NEXT] as number;
    const previous = links[place * STRIDE + PREVIOUS] as number;
    if (next !== NO_RULE) links[next * STRIDE + PREVIOUS] = previous;
    if (previous !== NO_RULE) links[previous * STRIDE + NEXT] = next;
    const equal = this.#rules[place]?.equal;
    if (equal !== undefined) this.#prints.release(equal.field);
    this.#rules[place] = undefined;
    links[place * STRIDE + NEXT] = this.#firstFree;
    this.#firstFree = place;
    return first === place ? next : first;
  }

  /** Asks the rules of a chain, if `value` is what its key says; that is looked at when a rule is left to ask. */
  consider(first: number, key: Scalar, value: unknown, isPrefix: boolean, search: Search<Owner>): void {
    const links = this.#links;
    const { event, number } = search;
    let isProven = false;
    for (let place = first; place !== NO_RULE; place = links[place * STRIDE + NEXT] as number) {
      const slot = links[place * STRIDE + SLOT] as number;
      if (slot !== ASKS_MORE && this.#prints.of(slot, event, number) !== links[place * STRIDE + PRINT]) continue;
      if (!isProven && !(isPrefix ? (value as string).startsWith(key as string) : value === key)) return;
      isProven = true;
      const rule = this.#rules[place];
      if (rule !== undefined) search.consider(rule);
    }
  }

  #takePlace(): number {
    const place = this.#firstFree;
    if (place === NO_RULE) {
      if ((this.#rules.length + 1) * STRIDE > this.#links.length) {
        const links = new Int32Array(2 * this.#links.length);
        links.set(this.#links);
        this.#links = links;
      }
      return this.#rules.length;
    }
    this.#firstFree = this.#links[place * STRIDE + NEXT] as number;
    return place;
  }
}
