import type { HostBench } from "./host-bench.ts";
import type { HostNeed } from "./host-needs.ts";

/** One promise of a host of workers, in testable form. */
export interface HostClause {
  /** Area and number: `HOST-CRA-01`. */
  readonly id: string;
  /** The promise, as a sentence. */
  readonly title: string;
  /** What the host must be, or must not be, for this to be its promise. Empty: every host's. */
  readonly needs: readonly HostNeed[];
  /** Rejects with an `AssertionError` when the promise does not hold. */
  readonly check: (bench: HostBench) => Promise<void>;
}

/** Makes a clause; only for the shape. */
export function hostClause(id: string, title: string, needs: readonly HostNeed[], check: (bench: HostBench) => Promise<void>): HostClause {
  return { id, title, needs, check };
}

/** The code of what a call rejected with; `undefined` when it has none or was answered. */
export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => (error as { readonly code?: unknown }).code,
  );
}
