import type { Between, Condition } from "./condition.ts";
import type { Scalar } from "./predicate.ts";
import { asKey, every, type Fields, type Test, toTest } from "./to-test.ts";

type First = { readonly kind: "among"; readonly field: string; readonly values: readonly Scalar[] } | Between;

/**
 * One way to an owner, and what must hold besides. The first question is kept in the rule itself: most candidates fail on it,
 * and then nothing else is read from memory than the rule and the event.
 */
export class Rule<Owner> {
  readonly owner: Owner;
  /** The next one in the same bucket. */
  next: Rule<Owner> | undefined = undefined;
  readonly #asks: "nothing" | "equal" | "between" | "rest";
  readonly #field: string;
  readonly #value: Scalar;
  readonly #min: number;
  readonly #max: number;
  readonly #rest: Test | undefined;

  constructor(owner: Owner, asks: readonly Condition[]) {
    const [first, ...others] = asks;
    const own = isSimple(first) ? first : undefined;
    const rest = own === undefined ? asks : others;
    this.owner = owner;
    this.#asks = own === undefined ? (rest.length === 0 ? "nothing" : "rest") : own.kind === "among" ? "equal" : "between";
    this.#field = asKey(own?.field ?? "");
    this.#value = own?.kind === "among" ? (own.values[0] as Scalar) : null;
    this.#min = own?.kind === "between" ? own.min : 0;
    this.#max = own?.kind === "between" ? own.max : 0;
    this.#rest = rest.length === 0 ? undefined : every(rest.map(toTest));
  }

  holds(event: Fields): boolean {
    if (this.#asks === "nothing") return true;
    if (this.#asks === "equal") {
      if (event[this.#field] !== this.#value) return false;
    } else if (this.#asks === "between") {
      const value = event[this.#field];
      if (typeof value !== "number" || !(value >= this.#min && value <= this.#max)) return false;
    }
    return this.#rest === undefined || this.#rest(event);
  }
}

function isSimple(condition: Condition | undefined): condition is First {
  if (condition === undefined || !("field" in condition) || condition.field.includes(".")) return false;
  return (condition.kind === "among" && condition.values.length === 1) || (condition.kind === "between" && condition.open === undefined);
}
