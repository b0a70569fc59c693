import { AssertionError } from "node:assert/strict";
import type { RegisterTest } from "../conformance.ts";
import { carrying } from "./clauses/carrying.ts";
import { ending } from "./clauses/ending.ts";
import { HostBench } from "./host-bench.ts";
import type { HostClause } from "./host-clause.ts";
import type { HostHarness } from "./host-under-test.ts";

/** What every host of workers promises, whichever way its requests travel. */
export const hostClauses: readonly HostClause[] = [...carrying, ...ending];

/** Beyond so many of the harness's `slowMs` a clause hangs. */
const WAITS_PER_CLAUSE = 3;

/** Runs one clause, and closes what it opened. */
export async function runHostClause(clause: HostClause, harness: HostHarness): Promise<void> {
  const bench = new HostBench(harness);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const limitMs = WAITS_PER_CLAUSE * harness.slowMs;
  const timer = setTimeout(() => reject(new AssertionError({ message: `it did not come to an end in ${limitMs} ms` })), limitMs);
  try {
    await Promise.race([clause.check(bench), late]);
  } finally {
    clearTimeout(timer);
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
