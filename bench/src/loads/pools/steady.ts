import type { PoolLoad } from "../../pools/contenders.ts";
import { collectGarbage } from "../checks.ts";
import { callFor } from "../steady.ts";
import { openCounted } from "./counted.ts";

/** So many callers, each with one call of a no-op under way at any time. Units: calls per second. */
export function noOps(callers: number, workers: number): PoolLoad {
  return async (open, { warmUpMs, timedMs }) => {
    const { call, mustHaveRun } = await openCounted(open, "noOp", workers);
    const callNumber = call as (request: { readonly i: number }) => Promise<number>;
    const first = await callFor(0, callNumber, callers); // until the threads are up
    const warm = await callFor(warmUpMs * WARMER, callNumber, callers);
    collectGarbage();
    const timed = await callFor(timedMs * LONGER, callNumber, callers);
    mustHaveRun(first.calls + warm.calls + timed.calls);
    return (timed.calls / timed.tookMs) * 1_000;
  };
}

/** Two programs have to be compiled, and their threads find their pace: more of everything than for a queue. */
const WARMER = 2;
const LONGER = 2;
