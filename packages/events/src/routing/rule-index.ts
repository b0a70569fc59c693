import type { Path } from "./access.ts";
import type { Condition } from "./condition.ts";
import { FieldIndex } from "./field-index.ts";
import { pathsIn, toPlan } from "./plan.ts";
import { Rule } from "./rule.ts";
import { RuleChains } from "./rule-chains.ts";
import { type Findable, Search } from "./search.ts";
import type { Fields } from "./to-test.ts";

/** A condition and how it is found at the moment. */
interface Placed<Owner> {
  readonly condition: Condition;
  readonly owner: Owner;
  removals: readonly (() => void)[];
}

const NO_FIELDS: Fields = Object.freeze({});
/** With so many rules, and then each time they have doubled, all are placed anew: the first ones came when nothing was known. */
const FIRST_REVIEW = 64;

/** Many conditions, and whose hold for an event, without asking each. */
export class RuleIndex<Owner extends Findable> {
  readonly #chains = new RuleChains<Owner>();
  readonly #byField = new Map<string, FieldIndex<Owner>>();
  readonly #placed = new Set<Placed<Owner>>();
  /** The fields by which a rule is found. */
  #fields: readonly FieldIndex<Owner>[] = [];
  /** Rules that no index can find: every event is tested against them. */
  readonly #others: Rule<Owner>[] = [];
  #reviewAt = FIRST_REVIEW;
  #events = 0;

  /** Returns what removes it again. */
  add(condition: Condition, owner: Owner): () => void {
    const paths = pathsIn(condition);
    for (const path of paths) this.#mention(path, 1);
    const placed: Placed<Owner> = { condition, owner, removals: [] };
    this.#placed.add(placed);
    if (this.#placed.size < this.#reviewAt) this.#place(placed);
    else this.#review();
    this.#refresh();
    return () => {
      if (!this.#placed.delete(placed)) return;
      for (const remove of placed.removals) remove();
      for (const path of paths) this.#mention(path, -1);
      this.#refresh();
    };
  }

  /** Adds the owners of all rules that hold for the event to the list, each once. */
  find(event: unknown, into: Owner[]): void {
    const fields = typeof event === "object" && event !== null ? (event as Fields) : NO_FIELDS;
    const search = new Search(fields, into, ++this.#events);
    for (const index of this.#fields) index.find(search);
    for (const rule of this.#others) search.consider(rule);
  }

  #review(): void {
    this.#reviewAt = 2 * this.#placed.size;
    for (const placed of this.#placed) {
      for (const remove of placed.removals) remove();
      this.#place(placed);
    }
  }

  #place(placed: Placed<Owner>): void {
    const { condition, owner } = placed;
    const plan = toPlan(condition, (path) => this.#fieldOf(path).likelihoodOf(path));
    placed.removals =
      plan === undefined
        ? [this.#addOther(new Rule(owner, [condition]))]
        : plan.map(({ path, asks }) => this.#fieldOf(path).add(path, new Rule(owner, asks)));
  }

  #addOther(rule: Rule<Owner>): () => void {
    this.#others.push(rule);
    return () => {
      const at = this.#others.indexOf(rule);
      if (at >= 0) this.#others.splice(at, 1);
    };
  }

  #mention(path: Path, change: 1 | -1): void {
    const index = this.#fieldOf(path);
    index.mention(path, change);
    if (index.isEmpty) this.#byField.delete(path.field);
  }

  #fieldOf({ field }: Path): FieldIndex<Owner> {
    let index = this.#byField.get(field);
    if (index === undefined) {
      index = new FieldIndex(field, this.#chains);
      this.#byField.set(field, index);
    }
    return index;
  }

  #refresh(): void {
    this.#fields = [...this.#byField.values()].filter(({ inUse }) => inUse);
  }
}
