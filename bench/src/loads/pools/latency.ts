import { quantile } from "../../harness/figures.ts";
import type { PoolLoad } from "../../pools/contenders.ts";
import { collectGarbage, mustEqual } from "../checks.ts";
import { openCounted } from "./counted.ts";

const CALLS = 20_000;
const SMOKE_CALLS = 200;

/** One call at a time, from the call to its response. Units: microseconds, the median. */
export const latency: PoolLoad = async (open, { smoke }) => {
  const calls = smoke ? SMOKE_CALLS : CALLS;
  const { call, mustHaveRun } = await openCounted(open, "noOp", 1);
  const tookMs = new Float64Array(calls);
  const callAll = async (): Promise<void> => {
    for (let i = 0; i < calls; i++) {
      const startedMs = performance.now();
      const response = await call({ i });
      tookMs[i] = performance.now() - startedMs;
      mustEqual("response", i, response as number);
    }
  };
  await callAll();
  collectGarbage();
  await callAll();
  mustHaveRun(2 * calls);
  return quantile(tookMs.sort(), 0.5) * 1_000;
};
