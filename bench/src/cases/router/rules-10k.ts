import type { Case } from "../../harness/case.ts";

const load = () => import("../../loads/router/rules.ts");

/** Content rules: what one event costs when ten thousand conditions might hold for it. */
export const rules10k: Case = {
  id: "rules-10k",
  what: "events through 10,000 rules of five kinds, each event checked against what must hear it; messages are events",
  unit: "messages/s",
  better: "higher",
  contenders: [
    { name: "job-orch", role: "ours", measure: async (effort) => (await load()).routed(effort) },
    { name: "every rule, one by one", role: "peer", measure: async (effort) => (await load()).oneByOne(effort) },
    { name: "one Map look-up", role: "limit", measure: async (effort) => (await load()).lookedUp(effort) },
  ],
  bar: [{ against: 1_000_000, times: 1 }],
  aim: [{ against: 3_000_000, times: 1 }],
};
