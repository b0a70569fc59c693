import type { Case } from "../../harness/case.ts";
import { burst } from "../../loads/burst.ts";
import { ours, peers } from "../../queues/contenders.ts";
import { openLanes } from "../../queues/lanes.ts";

/** Many requests at once, then the wait until all have run. */
export const burstCase: Case = {
  id: "burst",
  what: "200,000 requests handed in at once (promises awaited where the API makes one), then drained, 64 at once",
  unit: "jobs/s",
  better: "higher",
  contenders: [
    ours(burst),
    ...peers(burst, ["fastq-promise", "fastq-callback", "async", "p-queue"]),
    { name: "ring, 64 lanes", role: "limit", measure: (effort) => burst(openLanes, effort) },
  ],
  bar: [{ against: "fastq-promise", times: 2 }],
  aim: [{ against: "fastq-callback", times: 1 }],
};
