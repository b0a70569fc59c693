import { deepStrictEqual, fail, ok } from "node:assert/strict";
import type { Clause } from "./clause.ts";
import { clauses as allClauses } from "./clauses/clauses.ts";
import type { Harness } from "./harness.ts";
import { type Claims, unmetNeed } from "./needs.ts";
import { publish } from "./publish.ts";
import { ResultsCollector } from "./results.ts";
import { readClaims, runClause } from "./run-clause.ts";
import { type Skip, skipByContext } from "./skip.ts";

/** Registers one test: `test` of vitest, of node:test, or anything like them. The check may get the runner's context. */
export type RegisterTest = (name: string, check: (context?: unknown) => Promise<void>, timeoutMs?: number) => unknown;

export interface ConformanceOptions {
  readonly test: RegisterTest;
  readonly harness: Harness;
  /** Default: every clause there is. */
  readonly clauses?: readonly Clause[];
  /** Only some of them, while one works on a transport. What was proven then is not published. */
  readonly filter?: (clause: Clause) => boolean;
  /** How the runner marks a test as skipped. Default: the context's `skip(reason)`, as vitest and node:test have it. */
  readonly skip?: Skip;
  /** The JSON file that the guarantees table is made from: compared with this run, or written when `JOB_ORCH_PUBLISH` is set. */
  readonly results?: URL;
}

/**
 * Registers a test per clause, and some that keep the run itself honest.
 *
 * @example
 * conformance({ test, harness: { name: "mine", open: async () => mine(), slowMs: 5_000, quietMs: 100 } });
 */
export function conformance(options: ConformanceOptions): void {
  const { test, harness, filter, skip = skipByContext } = options;
  const all = options.clauses ?? allClauses;
  const clauses = filter === undefined ? all : all.filter(filter);
  const collector = new ResultsCollector();
  let reading: Promise<Claims> | undefined;
  const read = (): Promise<Claims> => (reading ??= readClaims(harness));
  const timeoutMs = 60_000 + 10 * harness.slowMs;

  test(`${harness.name}: the harness can show what the capabilities claim`, async () => checkHarness(harness, await read()), timeoutMs);
  for (const clause of clauses) {
    const check = async (context?: unknown): Promise<void> => {
      const reason = unmetNeed(clause.needs, await read());
      if (reason === undefined) return tryClause(clause, harness, collector);
      collector.note(clause, "not claimed", reason);
      skip(reason, context);
    };
    test(`${harness.name}: ${clause.id} ${clause.title}`, check, timeoutMs);
  }
  test(
    `${harness.name}: every clause that the capabilities promise was tried`,
    async () => {
      const claims = await read();
      checkComplete(clauses, collector, claims);
      if (filter === undefined && options.results !== undefined)
        publish(options.results, collector.of(harness.name, claims.capabilities, all));
    },
    timeoutMs,
  );
}

async function tryClause(clause: Clause, harness: Harness, collector: ResultsCollector): Promise<void> {
  try {
    await runClause(clause, harness);
  } catch (error) {
    collector.note(clause, "failed");
    throw error;
  }
  collector.note(clause, "passed");
}

/** What a capability claims must be possible to see, or it would be believed for want of a way to try. */
function checkHarness(harness: Harness, { capabilities }: Claims): void {
  const beyond = capabilities.scope !== "process";
  ok(!beyond || harness.peer !== undefined, `scope is "${capabilities.scope}", so the harness must have peer()`);
  ok(!beyond || harness.crash !== undefined, `scope is "${capabilities.scope}", so the harness must have crash()`);
  ok(capabilities.scope !== "network" || harness.restart !== undefined, 'scope is "network", so the harness must have restart()');
  ok(harness.slowMs >= 10 * harness.quietMs, "slowMs must be at least 10 × quietMs: what is slow must not pass for what never happens");
}

function checkComplete(clauses: readonly Clause[], collector: ResultsCollector, claims: Claims): void {
  const promised = clauses.filter(({ needs }) => unmetNeed(needs, claims) === undefined).map(({ id }) => id);
  const untried = promised.filter((id) => collector.outcomeOf(id) === undefined);
  if (untried.length > 0) fail(`${untried.length} of ${promised.length} promised clauses were not tried: ${untried.join(", ")}`);
  const tried = clauses.filter(({ id }) => ["passed", "failed"].includes(collector.outcomeOf(id) ?? "")).map(({ id }) => id);
  deepStrictEqual(tried, promised, "the clauses that were tried are not those that are promised");
  ok(new Set(clauses.map(({ id }) => id)).size === clauses.length, "two clauses have the same id");
}
