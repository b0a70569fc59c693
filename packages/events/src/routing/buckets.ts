import type { Rule } from "./rule.ts";
import type { Findable, Search } from "./search.ts";

/** Rules by a key, chained to each other; a key without rules takes no place. */
export class Buckets<Key, Owner extends Findable> {
  readonly #firstByKey = new Map<Key, Rule<Owner>>();

  get isEmpty(): boolean {
    return this.#firstByKey.size === 0;
  }

  find(key: Key, search: Search<Owner>): void {
    for (let rule = this.#firstByKey.get(key); rule !== undefined; rule = rule.next) search.consider(rule);
  }

  add(key: Key, rule: Rule<Owner>): void {
    rule.next = this.#firstByKey.get(key);
    this.#firstByKey.set(key, rule);
  }

  remove(key: Key, rule: Rule<Owner>): void {
    const first = this.#firstByKey.get(key);
    if (first === rule) {
      if (rule.next === undefined) this.#firstByKey.delete(key);
      else this.#firstByKey.set(key, rule.next);
      return;
    }
    let before = first;
    while (before !== undefined && before.next !== rule) before = before.next;
    if (before !== undefined) before.next = rule.next;
  }
}
