import type { Access, Likelihood, Path } from "./access.ts";
import type { Condition } from "./condition.ts";
import { INDEXED_CHARACTERS } from "./prefix-index.ts";

/** A rule with more ways to be found than this is tested for every event instead. */
const MOST_ACCESSES = 1_024;

interface Plan {
  readonly accesses: readonly Access[];
  /** How likely an event is to come by one of them. */
  readonly cost: number;
}

/**
 * How a rule is best found: a few accesses of which one leads to it whenever its condition may hold. Of the parts of an
 * `and` the one that holds least often leads, and the others are asked afterwards; of an `or` all parts lead. `undefined`
 * when no index can help, as for `not`.
 */
export function toPlan(condition: Condition, likelihood: Likelihood): readonly Access[] | undefined {
  return planOf(condition, likelihood)?.accesses;
}

/** Every path that a rule could be found by. */
export function pathsIn(condition: Condition): readonly Path[] {
  return condition.kind === "and" || condition.kind === "or" ? condition.parts.flatMap(pathsIn) : ownPaths(condition);
}

function ownPaths(condition: Condition): readonly Path[] {
  switch (condition.kind) {
    case "among": {
      const { field, values } = condition;
      return values.length > MOST_ACCESSES ? [] : values.map((value) => ({ kind: "equal", field, value }));
    }
    case "between":
      return [{ kind: "between", field: condition.field, min: condition.min, max: condition.max }];
    case "prefix":
      return [{ kind: "prefix", field: condition.field, prefix: condition.text.slice(0, INDEXED_CHARACTERS) }];
    case "and":
    case "or":
    case "not":
    case "exists":
    case "suffix":
    case "contains":
      return [];
  }
}

function planOf(condition: Condition, likelihood: Likelihood): Plan | undefined {
  if (condition.kind === "and") return planOfAll(condition.parts, likelihood);
  if (condition.kind === "or") return joined(condition.parts.map((part) => planOf(part, likelihood)));
  const paths = ownPaths(condition);
  if (paths.length === 0 && !(condition.kind === "among" && condition.values.length === 0)) return undefined;
  const asks = isProof(condition) ? [] : [condition];
  return {
    accesses: paths.map((path) => ({ path, asks })),
    cost: paths.reduce((sum, path) => sum + likelihood(path), 0),
  };
}

/** Whether being found by its path is all there is to a condition. */
function isProof(condition: Condition): boolean {
  return (
    condition.kind === "among" ||
    (condition.kind === "between" && condition.open === undefined) ||
    (condition.kind === "prefix" && condition.text.length <= INDEXED_CHARACTERS)
  );
}

function planOfAll(parts: readonly Condition[], likelihood: Likelihood): Plan | undefined {
  const planned = parts
    .map((part) => ({ part, plan: planOf(part, likelihood) }))
    .toSorted((one, other) => costOf(one.plan) - costOf(other.plan)); // what holds seldom is asked first
  const best = planned[0]?.plan;
  if (best === undefined) return undefined;
  const others = planned.slice(1).map(({ part }) => part);
  return { cost: best.cost, accesses: best.accesses.map(({ path, asks }) => ({ path, asks: [...asks, ...others] })) };
}

function costOf(plan: Plan | undefined): number {
  return plan?.cost ?? Number.MAX_VALUE;
}

function joined(plans: readonly (Plan | undefined)[]): Plan | undefined {
  const accesses: Access[] = [];
  let cost = 0;
  for (const plan of plans) {
    if (plan === undefined || accesses.length + plan.accesses.length > MOST_ACCESSES) return undefined;
    accesses.push(...plan.accesses);
    cost += plan.cost;
  }
  return { accesses, cost };
}
