import { canControl } from "@job-orch/core";
import { Bench } from "./bench.ts";
import type { Clause } from "./clause.ts";
import type { Core } from "./core.ts";
import type { Harness } from "./harness.ts";
import type { Claims } from "./needs.ts";

/** Tries one clause on a connection of its own. Rejects when the promise does not hold. */
export async function runClause(clause: Clause, harness: Harness, core?: Core): Promise<void> {
  await harness.reset?.();
  const bench = new Bench(harness, await harness.open(), core);
  try {
    await clause.check(bench);
  } catch (error) {
    await bench.close().catch(() => undefined); // the first failure is the one to hear of
    throw error;
  }
  await bench.close();
}

/** Reads the claims from a live instance. */
export async function readClaims(harness: Harness): Promise<Claims> {
  await harness.reset?.();
  const transport = await harness.open();
  const bench = new Bench(harness, transport);
  const claims: Claims = {
    name: transport.name,
    capabilities: transport.capabilities,
    inspectable: canControl(transport),
    capacity: harness.bounded?.frames,
    countsLeftovers: harness.leftovers !== undefined,
  };
  await bench.close();
  return claims;
}
