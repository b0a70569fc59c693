import type { TypedArray } from "../typed-array.ts";
import type { End, Work } from "../work/work.ts";
import { functionOf, type StageFunction } from "../functions.ts";

/** What a function's answer means for the item. */
export const Step = { Map: 0, Filter: 1, Find: 2, Fold: 3, Each: 4 } as const;
export type Step = (typeof Step)[keyof typeof Step];

/** The work, with its functions found. */
export interface Compiled {
  readonly steps: readonly Step[];
  readonly functions: readonly StageFunction[];
  readonly end: End;
}

/** Errors: `ERR_OPTION` when a function is missing. */
export function compile({ stages, end }: Work, functions: object): Compiled {
  const steps: Step[] = stages.map(({ kind }) => (kind === "map" ? Step.Map : Step.Filter));
  const found = stages.map(({ name }) => functionOf(functions, name));
  if (end.kind !== "list") {
    steps.push(end.kind === "find" ? Step.Find : end.kind === "fold" ? Step.Fold : Step.Each);
    found.push(functionOf(functions, end.name));
  }
  return { steps, functions: found, end };
}

/** What a fold begins with: its own, because functions may change what they add to. */
export function freshIdentity(end: End): unknown {
  if (end.kind !== "fold") return undefined;
  return typeof end.identity === "object" && end.identity !== null ? structuredClone(end.identity) : end.identity;
}

/** Where what comes out is written instead of being listed. */
export interface Target {
  readonly view: TypedArray;
  readonly at: number;
  readonly type: "number" | "bigint";
}
