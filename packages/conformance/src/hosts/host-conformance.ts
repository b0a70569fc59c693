import { AssertionError, deepStrictEqual } from "node:assert/strict";
import type { RegisterTest } from "../conformance.ts";
import { type Skip, skipByContext } from "../skip.ts";
import { carrying } from "./clauses/carrying.ts";
import { ending } from "./clauses/ending.ts";
import { HostBench } from "./host-bench.ts";
import type { HostClause } from "./host-clause.ts";
import { unmetHostNeed } from "./host-needs.ts";
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

export interface HostConformanceOptions {
  readonly test: RegisterTest;
  readonly harness: HostHarness;
  /** How the runner marks a test as skipped. Default: the context's `skip(reason)`, as vitest and node:test have it. */
  readonly skip?: Skip;
}

/**
 * Registers a test per clause for a host of workers: threads, processes, or one of yours; and one that sees that all it promises was tried.
 *
 * @example
 * hostConformance({
 *   test,
 *   harness: { name: "mine", capabilities: { isolated: true }, open: (options) => mine(deeds, options), errorClass: QuotaError, slowMs: 10_000 },
 * });
 */
export function hostConformance({ test, harness, skip = skipByContext }: HostConformanceOptions): void {
  const tried = new Set<string>();
  const timeoutMs = 5 * harness.slowMs;
  for (const clause of hostClauses) {
    const check = async (context?: unknown): Promise<void> => {
      const reason = unmetHostNeed(clause.needs, harness);
      if (reason !== undefined) return skip(reason, context);
      tried.add(clause.id);
      await runHostClause(clause, harness);
    };
    test(`${harness.name}: ${clause.id} ${clause.title}`, check, timeoutMs);
  }
  test(`${harness.name}: every clause that the capabilities promise was tried`, async () => {
    const promised = hostClauses.filter(({ needs }) => unmetHostNeed(needs, harness) === undefined).map(({ id }) => id);
    deepStrictEqual(
      promised.filter((id) => !tried.has(id)),
      [],
    );
  });
}
