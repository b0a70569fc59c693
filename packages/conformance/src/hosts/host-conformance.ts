import type { RegisterTest } from "../conformance.ts";
import { carrying } from "./clauses/carrying.ts";
import { ending } from "./clauses/ending.ts";
import { HostBench } from "./host-bench.ts";
import type { HostClause } from "./host-clause.ts";
import type { HostHarness } from "./host-under-test.ts";

/** What every host of workers promises, whichever way its requests travel. */
export const hostClauses: readonly HostClause[] = [...carrying, ...ending];

/** Runs one clause, and closes what it opened. */
export async function runHostClause(clause: HostClause, harness: HostHarness): Promise<void> {
  const bench = new HostBench(harness);
  try {
    await clause.check(bench);
  } finally {
    await bench.close();
  }
}

/**
 * Registers a test per clause for a host of workers: threads, processes, or one of yours.
 *
 * @example
 * hostConformance({ test, harness: { name: "mine", open: (options) => mine(deeds, options), errorClass: QuotaError, slowMs: 10_000 } });
 */
export function hostConformance({ test, harness }: { readonly test: RegisterTest; readonly harness: HostHarness }): void {
  for (const clause of hostClauses) {
    test(`${harness.name}: ${clause.id} ${clause.title}`, () => runHostClause(clause, harness), 5 * harness.slowMs);
  }
}
