import { bufferPool } from "@job-orch/threads";
import type { Case } from "../../harness/case.ts";
import { type Duo, oneWay } from "../../loads/shared-memory/duo.ts";

const file = new URL("../../workers/shared-memory/buffers.worker.ts", import.meta.url);
const duo = (from: string, to: string): Duo => ({ from: { file, role: from }, to: [{ file, role: to }], count: 50_000 });
const TRANSFERRED = "fresh, handed over";

/** Whether buffers that two threads take and give back pay. */
export const ringPool: Case = {
  id: "ring-pool",
  what: "buffers of 64 KiB, filled in one thread and looked through in another; a port carries them, or where they are",
  unit: "messages/s",
  better: "higher",
  contenders: [
    {
      name: "buffer pool of 96",
      role: "ours",
      measure: (effort) => oneWay({ ...duo("sendPooled", "takePooled"), shared: () => bufferPool({ buffers: 96, bytes: 65_536 }) }, effort),
    },
    { name: TRANSFERRED, role: "limit", measure: (effort) => oneWay(duo("sendTransferred", "take"), effort) },
    { name: "fresh, copied", role: "peer", measure: (effort) => oneWay(duo("sendCopied", "take"), effort) },
  ],
  bar: [{ against: "fresh, copied", times: 1 }],
  aim: [{ against: TRANSFERRED, times: 1.2 }],
};
