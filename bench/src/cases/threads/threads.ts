import type { Ground } from "../../harness/case.ts";
import { copy1m, transfer1m } from "./buffers.ts";
import { cpu1msW2 } from "./computing.ts";
import { echo100b, echo1k } from "./echo.ts";
import { latency1, latency1Park } from "./latency.ts";
import { noOp16, noOp16Spin, noOp1kW1, noOp1kW2 } from "./no-op.ts";
import { sharedMemoryCases } from "./shared-memory.ts";
import { stealSkew } from "./steal-skew.ts";

/** A pool of worker threads: one job, the same work for every pool. */
export const threadsGround: Ground = {
  name: "threads",
  cases: [
    noOp1kW1,
    noOp1kW2,
    noOp16,
    noOp16Spin,
    latency1,
    latency1Park,
    echo100b,
    echo1k,
    transfer1m,
    copy1m,
    cpu1msW2,
    stealSkew,
    ...sharedMemoryCases,
  ],
};
