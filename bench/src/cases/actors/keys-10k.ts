import type { Case } from "../../harness/case.ts";

const load = () => import("../../loads/actors/keys.ts");

/** What order per key costs. */
export const keys10k: Case = {
  id: "keys-10k",
  what: "messages told to 10,000 actors in turn, each counts; every count is checked",
  unit: "messages/s",
  better: "higher",
  contenders: [
    { name: "job-orch", role: "ours", measure: async (effort) => (await load()).told(effort) },
    { name: "a chain of promises per key", role: "peer", measure: async (effort) => (await load()).chained(effort) },
    { name: "a Map of states, called at once", role: "limit", measure: async (effort) => (await load()).called(effort) },
  ],
  bar: [{ against: 500_000, times: 1 }],
  aim: [{ against: 1_000_000, times: 1 }],
};
