import type { Case } from "../../harness/case.ts";
import { skew } from "../../loads/pools/skew.ts";
import { ourPool, poolPeers } from "../../pools/contenders.ts";

const WITHOUT = "job-orch, nobody steals";

/** Whether short jobs wait behind a long one. */
export const stealSkew: Case = {
  id: "steal-skew",
  what: "one job of 150 ms, then 399 of 0.2 ms, 2 workers that are used to jobs of 5 µs: when the last short one is done; the limit is ours with stealing off",
  unit: "ms",
  better: "lower",
  contenders: [
    ourPool(skew),
    ...poolPeers(skew, ["piscina, 64 per worker", "piscina, as it comes", "poolifier"]),
    {
      name: WITHOUT,
      role: "limit",
      measure: async (effort) => skew((await import("../../pools/job-orch.ts")).openJobOrchWith({ steal: false }), effort),
    },
  ],
  bar: [{ against: WITHOUT, times: 0.6 }],
  aim: [{ against: WITHOUT, times: 0.52 }],
};
