import type { Case } from "../../harness/case.ts";
import { claimByHandWith, claimWith } from "../../loads/sqlite/backlog.ts";

/** Whether a long queue is slower than a short one. */
export const backlog1m: Case = {
  id: "backlog-1m",
  what: "one claim of 100 while 1,000,000 are ready, per request, median of 300; the limit is ours with 1,000 ready",
  unit: "µs",
  better: "lower",
  contenders: [
    { name: "job-orch, 1,000,000 ready", role: "ours", measure: (effort) => claimWith(1_000_000, effort) },
    { name: "raw, 1,000,000 ready", role: "peer", measure: (effort) => claimByHandWith(1_000_000, effort) },
    { name: "job-orch, 1,000 ready", role: "limit", measure: (effort) => claimWith(1_000, effort) },
  ],
  bar: [{ against: "job-orch, 1,000 ready", times: 1.3 }],
  aim: [{ against: "job-orch, 1,000 ready", times: 1.1 }],
};
