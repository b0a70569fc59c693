import type { Case } from "../../harness/case.ts";
import { bytesPerQueued } from "../../loads/heap.ts";
import { openArray } from "../../queues/bare-array.ts";
import { ours, peers } from "../../queues/contenders.ts";

/** What a waiting request costs. */
export const bytesPerQueuedCase: Case = {
  id: "bytes-per-queued",
  what: "bytes in use per waiting request when 1,000,000 wait, everything counted; a request is a small integer",
  unit: "bytes",
  better: "lower",
  untimed: true,
  contenders: [
    ours(bytesPerQueued),
    ...peers(bytesPerQueued, ["fastq-promise", "fastq-callback", "async", "p-queue", "rxjs mergeMap"]),
    { name: "the requests in an array", role: "limit", measure: (effort) => bytesPerQueued(openArray, effort) },
  ],
  bar: [{ against: 300, times: 1 }],
  aim: [{ against: 150, times: 1 }],
};
