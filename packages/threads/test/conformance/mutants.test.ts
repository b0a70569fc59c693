import { hostClauses, hostMutants, mutated, runHostClause } from "@job-orch/conformance";
import { describe, expect, test } from "vitest";
import { harness } from "../support/harness.ts";

const byId = new Map(hostClauses.map((clause) => [clause.id, clause]));
/** What a mutant never does is waited for so long. */
const SLOW_MS = 8_000;

// Several at a time: what they do is wait.
describe.concurrent("the clauses catch a host that", () => {
  test.for(hostMutants)("$name", { timeout: 6 * SLOW_MS }, async (mutant) => {
    for (const [id, says] of Object.entries(mutant.breaks)) {
      const failure = await runHostClause(byId.get(id)!, mutated({ ...harness, slowMs: SLOW_MS }, mutant)).then(
        () => undefined,
        (error: unknown) => error as Error,
      );
      expect(`${id}: ${failure?.message ?? "it passed"}`).toMatch(says);
    }
  });
});
