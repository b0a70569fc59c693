import { BEST_PEER, type Case } from "../../harness/case.ts";
import { computing, computingLists } from "../../loads/pools/computing.ts";
import { ourPool, poolPeers } from "../../pools/contenders.ts";

const IDEAL = "one job list per worker";

/** How much of the cores is left to the jobs. */
export const cpu1msW2: Case = {
  id: "cpu-1ms-w2",
  what: "2,000 jobs of about 1 ms of computing handed in at once, 2 workers; the limit has no pool",
  unit: "jobs/s",
  better: "higher",
  contenders: [ourPool(computing), ...poolPeers(computing), { name: IDEAL, role: "limit", measure: computingLists }],
  bar: [
    { against: BEST_PEER, times: 1 },
    { against: IDEAL, times: 0.93 },
  ],
  aim: [{ against: IDEAL, times: 0.97 }],
};
