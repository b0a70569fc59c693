import type { Case } from "../../harness/case.ts";
import { steadyCalls, withoutQueue } from "../../loads/steady.ts";
import { ours, peers } from "../../queues/contenders.ts";

/** A call and its response, again and again, with no schemas. */
export const callSteady: Case = {
  id: "call-steady",
  what: "1,000 callers await one call after another of a no-op async job, 64 at once",
  unit: "calls/s",
  better: "higher",
  contenders: [
    ours(steadyCalls),
    ...peers(steadyCalls, ["fastq-promise", "fastq-callback", "async", "p-limit", "p-queue"]),
    { name: "64 lanes, no queue", role: "limit", measure: withoutQueue },
  ],
  bar: [{ against: "p-queue", times: 1 }],
  aim: [{ against: "fastq-promise", times: 1 }],
};
