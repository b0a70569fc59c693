import type { Condition } from "./condition.ts";
import type { Scalar } from "./predicate.ts";
import { asKey, every, type Fields, type Test, toTest } from "./to-test.ts";

/** A question about one field that needs no function. */
interface First {
  readonly asks: "equal" | "unequal" | "between";
  readonly field: string;
  readonly value: Scalar;
  readonly min: number;
  readonly max: number;
}

/**
 * One way to an owner, and what must hold besides. The first question is kept in the rule itself: most candidates fail on it,
 * and then nothing else is read from memory than the rule and the event.
 */
export class Rule<Owner> {
  readonly owner: Owner;
  readonly #asks: First["asks"] | "nothing" | "rest";
  readonly #field: string;
  readonly #value: Scalar;
  readonly #min: number;
  readonly #max: number;
  readonly #rest: Test | undefined;

  constructor(owner: Owner, asks: readonly Condition[]) {
    const first = toFirst(asks[0]);
    const rest = first === undefined ? asks : asks.slice(1);
    this.owner = owner;
    this.#asks = first?.asks ?? (rest.length === 0 ? "nothing" : "rest");
    this.#field = asKey(first?.field ?? "");
    this.#value = first?.value ?? null;
    this.#min = first?.min ?? 0;
    this.#max = first?.max ?? 0;
    this.#rest = rest.length === 0 ? undefined : every(rest.map(toTest));
  }

  /** What the first question wants one field to be, if it is of that kind. */
  get equal(): { readonly field: string; readonly value: Scalar } | undefined {
    return this.#asks === "equal" ? { field: this.#field, value: this.#value } : undefined;
  }

  holds(event: Fields): boolean {
    if (this.#asks === "nothing") return true;
    if (this.#asks !== "rest") {
      const value = event[this.#field];
      if (this.#asks === "equal") {
        if (value !== this.#value) return false;
      } else if (this.#asks === "unequal") {
        if (value === this.#value) return false;
      } else if (typeof value !== "number" || !(value >= this.#min && value <= this.#max)) return false;
    }
    return this.#rest === undefined || this.#rest(event);
  }
}

function toFirst(condition: Condition | undefined): First | undefined {
  if (condition?.kind === "not") {
    const inner = toFirst(condition.part);
    return inner?.asks === "equal" ? { ...inner, asks: "unequal" } : undefined;
  }
  if (condition === undefined || !("field" in condition) || condition.field.includes(".")) return undefined;
  const { field } = condition;
  if (condition.kind === "among" && condition.values.length === 1) {
    return { asks: "equal", field, value: condition.values[0] as Scalar, min: 0, max: 0 };
  }
  if (condition.kind !== "between" || condition.open !== undefined) return undefined;
  return { asks: "between", field, value: null, min: condition.min, max: condition.max };
}
