import type { Contender } from "../../harness/case.ts";
import type { PoolLoad } from "../contenders.ts";
import type { OpenPool } from "../pool.ts";
import type { Language } from "./languages.ts";

const libraries = {
  "tinypool, child_process": async () => (await import("./peers.ts")).openTinypoolProcesses,
  "poolifier, cluster": async () => (await import("./peers.ts")).openClusterPool,
  "workerpool, process": async () => (await import("./peers.ts")).openWorkerpoolProcesses,
} satisfies Record<string, () => Promise<OpenPool>>;

/** Pools of Node processes at their best settings. */
export function processPeers(load: PoolLoad): Contender[] {
  return Object.entries(libraries).map(([name, open]) => ({ name, role: "peer", measure: async (effort) => load(await open(), effort) }));
}

/** A line and a write per request: what a pipe gives to those who do not batch. */
export function rawPipe(load: PoolLoad): Contender {
  return { name: "raw pipe", role: "limit", measure: async (effort) => load((await import("./raw-pipe.ts")).openRawPipe, effort) };
}

/** The same with a write per turn. */
export function gatheredPipe(load: PoolLoad): Contender {
  return {
    name: "bare lines, gathered",
    role: "limit",
    measure: async (effort) => load((await import("./raw-pipe.ts")).openGatheredPipe, effort),
  };
}

export function ourProcesses(load: PoolLoad, language: Language): Contender {
  const measure: Contender["measure"] = async (effort) => load((await import("./job-orch.ts")).openProcesses(language), effort);
  return { name: `job-orch, ${language}`, role: "ours", measure };
}
