import type { Contender, Effort } from "../harness/case.ts";
import type { OpenPool } from "./pool.ts";

/** What is done with a pool to get a figure. */
export type PoolLoad = (open: OpenPool, effort: Effort) => Promise<number>;

/** A pool's library is loaded where it is measured, and nowhere else. */
const libraries = {
  "piscina, 1000 per worker": async () => (await import("./piscina.ts")).openPiscina(1_000),
  "piscina, 64 per worker": async () => (await import("./piscina.ts")).openPiscina(64),
  "piscina, as it comes": async () => (await import("./piscina.ts")).openPiscina(1),
  tinypool: async () => (await import("./tinypool.ts")).openTinypool,
  poolifier: async () => (await import("./poolifier.ts")).openPoolifier,
  workerpool: async () => (await import("./workerpool.ts")).openWorkerpool,
  "raw port": async () => (await import("./raw-port.ts")).openRawPort,
} satisfies Record<string, () => Promise<OpenPool>>;

export type PoolName = keyof typeof libraries;

/** All that there are, at their best settings, and piscina as it comes. */
export const everyPeer: readonly PoolName[] = [
  "piscina, 1000 per worker",
  "piscina, 64 per worker",
  "piscina, as it comes",
  "tinypool",
  "poolifier",
  "workerpool",
];

export function poolPeers(load: PoolLoad, names: readonly PoolName[] = everyPeer): Contender[] {
  return names.map((name) => ({ name, role: "peer", measure: async (effort) => load(await libraries[name](), effort) }));
}

/** A message per request: what a port gives to those who do not batch. */
export function rawPort(load: PoolLoad): Contender {
  return { name: "raw port", role: "limit", measure: async (effort) => load(await libraries["raw port"](), effort) };
}

/** Ours with threads that wait outside their event loop, which whoever uses them has to ask for. */
export function ourParkedPool(load: PoolLoad): Contender {
  return {
    name: "job-orch, parked",
    role: "ours",
    measure: async (effort) => load((await import("./job-orch.ts")).openJobOrchWith({ wake: "park" }), effort),
  };
}

/** Ours with both sides looking out for each other before they sleep, which takes cores that nobody else needs. */
export function ourSpinningPool(load: PoolLoad): Contender {
  return {
    name: "job-orch, spinning",
    role: "ours",
    measure: async (effort) => load((await import("./job-orch.ts")).openJobOrchWith({ wake: "spin" }), effort),
  };
}

export function ourPool(load: PoolLoad): Contender {
  return { name: "job-orch", role: "ours", measure: async (effort) => load((await import("./job-orch.ts")).openJobOrch, effort) };
}
