import type { Path } from "./access.ts";
import { IntervalIndex } from "./interval-index.ts";
import { KeyTable } from "./key-table.ts";
import { Mentions, Span } from "./mentions.ts";
import { PrefixIndex } from "./prefix-index.ts";
import type { Rule } from "./rule.ts";
import type { RuleChains } from "./rule-chains.ts";
import type { Findable, Search } from "./search.ts";
import { hashOf, isScalar } from "./text-hash.ts";
import { type Reader, toReader } from "./to-test.ts";

/** What is found by one field: by its value, by the interval its number is in, by what its text begins with. */
export class FieldIndex<Owner extends Findable> {
  readonly #read: Reader;
  readonly #equal: KeyTable<Owner>;
  readonly #between = new IntervalIndex<Owner>();
  readonly #prefixes: PrefixIndex<Owner>;
  /** No value that rules name is longer; longer ones of events need not be looked up. */
  #longest = 0;
  readonly #values = new Mentions();
  readonly #texts = new Mentions();
  readonly #span = new Span();
  #paths = 0;
  #mentions = 0;

  constructor(field: string, chains: RuleChains<Owner>) {
    this.#read = toReader(field);
    this.#equal = new KeyTable(chains, false);
    this.#prefixes = new PrefixIndex(chains);
  }

  /** Whether a rule is found by this field. */
  get inUse(): boolean {
    return this.#paths > 0;
  }

  get isEmpty(): boolean {
    return this.#paths === 0 && this.#mentions === 0;
  }

  /** Notes that a rule asks for this, so that the next rule knows how selective it is; −1 takes it back. */
  mention(path: Path, change: 1 | -1): void {
    this.#mentions += change;
    if (path.kind === "equal") this.#values.add(path.value, change);
    else if (path.kind === "prefix") this.#texts.add(path.prefix, change);
    else if (change === 1) this.#span.add(path.min, path.max);
  }

  likelihoodOf(path: Path): number {
    if (path.kind === "equal") return this.#values.shareOf(path.value);
    return path.kind === "prefix" ? this.#texts.shareOf(path.prefix) : this.#span.shareOf(path.min, path.max);
  }

  /** Returns what removes it again. */
  add(path: Path, rule: Rule<Owner>): () => void {
    const remove = this.#add(path, rule);
    this.#paths++;
    return () => {
      this.#paths--;
      remove();
    };
  }

  /** Asks the rules that the event may be for; a rule of several paths may be asked more than once. */
  find(search: Search<Owner>): void {
    const value = this.#read(search.event);
    if (!isScalar(value)) return;
    if (typeof value === "string") {
      if (!this.#equal.isEmpty && value.length <= this.#longest) this.#equal.find(hashOf(value), value, search);
      if (!this.#prefixes.isEmpty) this.#prefixes.find(value, search);
      return;
    }
    if (!this.#equal.isEmpty) this.#equal.find(hashOf(value), value, search);
    if (typeof value === "number" && this.#between.size > 0) this.#between.find(value, search);
  }

  #add(path: Path, rule: Rule<Owner>): () => void {
    switch (path.kind) {
      case "equal": {
        const { value } = path;
        if (typeof value === "string") this.#longest = Math.max(this.#longest, value.length);
        const place = this.#equal.add(value, rule);
        return () => this.#equal.remove(value, place);
      }
      case "between": {
        const interval = this.#between.add(path.min, path.max, rule);
        return () => this.#between.remove(interval);
      }
      case "prefix": {
        const place = this.#prefixes.add(path.prefix, rule);
        return () => this.#prefixes.remove(path.prefix, place);
      }
    }
  }
}
