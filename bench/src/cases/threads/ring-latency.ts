import type { Case } from "../../harness/case.ts";
import { pingPong } from "../../loads/shared-memory/ping.ts";

/** What it costs to wait for one answer: a thread that blocks is woken by the kernel, one that does not by its event loop. */
export const ringLatency: Case = {
  id: "ring-latency",
  what: "16 bytes to another thread and back, one at a time, median; who answers a ring blocks while it waits",
  unit: "µs",
  better: "lower",
  contenders: [
    { name: "byte rings, both block", role: "ours", measure: (effort) => pingPong("ring", effort) },
    { name: "byte rings, waitAsync", role: "peer", measure: (effort) => pingPong("ring, waiting without blocking", effort) },
    { name: "port", role: "limit", measure: (effort) => pingPong("port", effort) },
  ],
  bar: [{ against: "port", times: 1 }],
  aim: [{ against: "port", times: 0.6 }],
};
