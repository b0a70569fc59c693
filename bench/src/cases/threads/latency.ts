import type { Case } from "../../harness/case.ts";
import { latency } from "../../loads/pools/latency.ts";
import { ourPool, poolPeers, rawPort } from "../../pools/contenders.ts";

/** What one call costs when nothing else goes on. */
export const latency1: Case = {
  id: "latency-1",
  what: "one no-op at a time, one worker, median; everything on one core where the system can hold it there",
  unit: "µs",
  better: "lower",
  pinned: true,
  contenders: [ourPool(latency), ...poolPeers(latency, ["piscina, as it comes", "tinypool", "poolifier", "workerpool"]), rawPort(latency)],
  bar: [{ against: "raw port", times: 1.15 }],
  aim: [{ against: "raw port", times: 1.05 }],
};
