import type { Case } from "../../harness/case.ts";
import { commitByHand, startAfterAdd, startAfterSend } from "../../loads/sqlite/send-to-start.ts";

/** How soon a job begins when nothing else is going on. */
export const sendToStart: Case = {
  id: "send-to-start",
  what: "from send to the begin of its job, one under way, median of 1,000 (synchronous full)",
  unit: "µs",
  better: "lower",
  contenders: [
    { name: "job-orch", role: "ours", measure: startAfterSend },
    { name: "plainjob, polling each ms", role: "peer", measure: startAfterAdd },
    { name: "one raw commit", role: "limit", measure: commitByHand },
  ],
  bar: [{ against: "one raw commit", times: 2 }],
  aim: [{ against: "one raw commit", times: 1.2 }],
};
