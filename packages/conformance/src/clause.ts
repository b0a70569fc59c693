import type { Bench } from "./bench.ts";
import type { Need } from "./needs.ts";

/** One promise of the contract, in testable form. */
export interface Clause {
  /** Layer, area and number: `SPI-SND-01` is proven on a `Transport`, `API-RTY-01` on processors over it. */
  readonly id: string;
  /** The promise, as a sentence. */
  readonly title: string;
  /** What the transport must claim, or must not claim, for this to be its promise. Empty: every transport's. */
  readonly needs: readonly Need[];
  /** Rejects with an `AssertionError` when the promise does not hold. */
  readonly check: (bench: Bench) => Promise<void>;
}

/** Makes a clause; only for the shape. */
export function clause(id: string, title: string, needs: readonly Need[], check: (bench: Bench) => Promise<void>): Clause {
  return { id, title, needs, check };
}
