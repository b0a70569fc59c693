import type { Condition } from "./condition.ts";
import type { Scalar } from "./predicate.ts";

/** One way by which an index comes from an event to a rule; `asks` is what must hold besides, the most selective first. */
export interface Access {
  readonly path: Path;
  readonly asks: readonly Condition[];
}

export type Path =
  | { readonly kind: "equal"; readonly field: string; readonly value: Scalar }
  | { readonly kind: "between"; readonly field: string; readonly min: number; readonly max: number }
  | { readonly kind: "prefix"; readonly field: string; readonly prefix: string };

/**
 * How likely an event is to come by a path, as far as the rules tell: values that rules name often are taken to be frequent.
 *
 * Range: 0 to 1.
 */
export type Likelihood = (path: Path) => number;
