import type { PoolLoad } from "../../pools/contenders.ts";
import { collectGarbage, mustEqual } from "../checks.ts";
import { openCounted } from "./counted.ts";

const TURNS_PER_MS = 600_000;
const SHORT_JOBS = 399;
const SHORT_MS = 0.2;
const LONG_MS = 150;
/** What the pool is used to: so short that threads are given many at a time, which turns out to be wrong. */
const USED_TO_MS = 0.005;
const USED_TO_JOBS = 2_000;

/** One long job and many short ones, handed in at once: when the last short one is done. Units: milliseconds. */
export const skew: PoolLoad = async (open) => {
  const { call, mustHaveRun } = await openCounted(open, "spin", 2);
  const runAll = async (count: number, ms: number): Promise<number> => {
    const responses = await Promise.all(Array.from({ length: count }, (_, i) => call({ i, turns: ms * TURNS_PER_MS })));
    responses.forEach((response, i) => mustEqual("response", i, response as number));
    return performance.now();
  };
  await runAll(USED_TO_JOBS, USED_TO_MS);
  collectGarbage();
  const startedMs = performance.now();
  const long = call({ i: -2, turns: LONG_MS * TURNS_PER_MS });
  const endedMs = await runAll(SHORT_JOBS, SHORT_MS);
  mustEqual("response of the long one", -2, (await long) as number);
  mustHaveRun(USED_TO_JOBS + 1 + SHORT_JOBS);
  return endedMs - startedMs;
};
