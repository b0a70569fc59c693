import type { Case } from "../../harness/case.ts";
import { latency } from "../../loads/pools/latency.ts";
import { ourParkedPool, ourPool, poolPeers, rawPort } from "../../pools/contenders.ts";

const others = [...poolPeers(latency, ["piscina, as it comes", "tinypool", "poolifier", "workerpool"]), rawPort(latency)];

/** What one call costs when nothing else goes on. */
export const latency1: Case = {
  id: "latency-1",
  what: "one no-op at a time, one worker, median; everything on one core where the system can hold it there",
  unit: "µs",
  better: "lower",
  pinned: true,
  contenders: [ourPool(latency), ...others],
  bar: [{ against: "raw port", times: 1.15 }],
  aim: [{ against: "raw port", times: 1.05 }],
};

/** The same for threads that only compute and wait outside their event loop. */
export const latency1Park: Case = {
  ...latency1,
  id: "latency-1-park",
  what: 'the same with `wake: "park"`, which is asked for',
  contenders: [ourParkedPool(latency), ...others],
  bar: [{ against: "raw port", times: 0.8 }],
  aim: [{ against: "raw port", times: 0.6 }],
};
