import type { Scalar } from "./predicate.ts";

/** A predicate that was checked: fewer kinds, nothing of the caller's in it. A bound that is `open` excludes its number. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly part: Condition }
  | { readonly kind: "among"; readonly field: string; readonly values: readonly Scalar[] }
  | { readonly kind: "exists"; readonly field: string }
  | Between
  | { readonly kind: "prefix" | "suffix" | "contains"; readonly field: string; readonly text: string };

export interface Between {
  readonly kind: "between";
  readonly field: string;
  readonly min: number;
  readonly max: number;
  readonly open: "min" | "max" | undefined;
}
