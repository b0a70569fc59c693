import type { Predicate } from "@job-orch/events";

export interface Order {
  readonly type: string;
  readonly customer: string;
  readonly country: string;
  readonly sku: string;
  readonly total: number;
}

export const RULES = 10_000;
export const EVENTS = 4_096;
const HIGHEST_TOTAL = 1_000_000;

/** Numbers that are the same in every process. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function orders(): readonly Order[] {
  const next = numbers(7);
  return Array.from({ length: EVENTS }, () => ({
    type: `type-${next(20)}`,
    customer: `customer-${next(5_000)}`,
    country: `country-${next(200)}`,
    sku: `sku-${next(2_000)}-${next(10)}`,
    total: next(HIGHEST_TOTAL),
  }));
}

/** Four in ten watch a customer's large orders of a type; two a country's articles; two a span of totals; one a customer; one either of two things. */
export function rules(): readonly Predicate<Order>[] {
  const next = numbers(1);
  return Array.from({ length: RULES }, (_, index): Predicate<Order> => {
    const type = { field: "type", op: "eq", value: `type-${next(20)}` } as const;
    const customer = { field: "customer", op: "eq", value: `customer-${next(5_000)}` } as const;
    const country = { field: "country", op: "eq", value: `country-${next(200)}` } as const;
    const article = { field: "sku", op: "prefix", value: `sku-${next(2_000)}-` } as const;
    const total = next(HIGHEST_TOTAL);
    const kind = index % 10;
    if (kind < 4) return { and: [type, customer, { field: "total", op: "gte", value: total }] };
    if (kind < 6) return { and: [country, article] };
    if (kind < 8) return { and: [{ field: "total", op: "range", min: total, max: total + 100 }, { not: country }] };
    if (kind < 9) return customer;
    return { or: [{ and: [type, article] }, { and: [country, customer] }] };
  });
}

/** Whether a rule holds, written by hand for the kinds above: what each event is checked against. */
export function holds(rule: Predicate<Order>, order: Order): boolean {
  if ("and" in rule) return rule.and.every((part) => holds(part, order));
  if ("or" in rule) return rule.or.some((part) => holds(part, order));
  if ("not" in rule) return !holds(rule.not, order);
  const value = order[rule.field];
  if (rule.op === "eq") return value === rule.value;
  if (rule.op === "gte") return (value as number) >= rule.value;
  if (rule.op === "range") return rule.min <= (value as number) && (value as number) <= rule.max;
  return rule.op === "prefix" && (value as string).startsWith(rule.value);
}
