import type { Path } from "./access.ts";
import { Buckets } from "./buckets.ts";
import { IntervalIndex } from "./interval-index.ts";
import { Mentions, Span } from "./mentions.ts";
import { PrefixIndex } from "./prefix-index.ts";
import type { Scalar } from "./predicate.ts";
import type { Rule } from "./rule.ts";
import type { Findable, Search } from "./search.ts";
import { type Reader, toReader } from "./to-test.ts";

/** What is found by one field: by its value, by the interval its number is in, by what its text begins with. */
export class FieldIndex<Owner extends Findable> {
  readonly #read: Reader;
  readonly #equal = new Buckets<Scalar, Owner>();
  readonly #between = new IntervalIndex<Owner>();
  readonly #prefixes = new PrefixIndex<Owner>();
  readonly #values = new Mentions();
  readonly #texts = new Mentions();
  readonly #span = new Span();
  #paths = 0;
  #mentions = 0;

  constructor(field: string) {
    this.#read = toReader(field);
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
    if (value === undefined) return;
    if (!this.#equal.isEmpty) this.#equal.find(value as Scalar, search); // anything else than a scalar is not found
    if (typeof value === "number") {
      if (this.#between.size > 0) this.#between.find(value, search);
    } else if (typeof value === "string" && !this.#prefixes.isEmpty) this.#prefixes.find(value, search);
  }

  #add(path: Path, rule: Rule<Owner>): () => void {
    switch (path.kind) {
      case "equal":
        this.#equal.add(path.value, rule);
        return () => this.#equal.remove(path.value, rule);
      case "between": {
        const interval = this.#between.add(path.min, path.max, rule);
        return () => this.#between.remove(interval);
      }
      case "prefix":
        this.#prefixes.add(path.prefix, rule);
        return () => this.#prefixes.remove(path.prefix, rule);
    }
  }
}
