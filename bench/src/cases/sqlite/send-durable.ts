import type { Case } from "../../harness/case.ts";
import { sendByHand, sendDurably, sendWithPlainjob } from "../../loads/sqlite/send-durable.ts";

/** How fast requests are stored so that power loss does not undo them. */
export const sendDurable: Case = {
  id: "send-durable",
  what: "1,000 sends under way, each on disk when it resolves (synchronous full)",
  unit: "jobs/s",
  better: "higher",
  contenders: [
    { name: "job-orch", role: "ours", measure: sendDurably },
    { name: "plainjob", role: "peer", measure: sendWithPlainjob },
    { name: "raw, 1 row per commit", role: "peer", measure: (effort) => sendByHand(effort, 1) },
    { name: "raw, 100 rows per commit", role: "limit", measure: (effort) => sendByHand(effort, 100) },
  ],
  bar: [{ against: "raw, 100 rows per commit", times: 0.3 }],
  aim: [{ against: "raw, 100 rows per commit", times: 0.8 }],
};
