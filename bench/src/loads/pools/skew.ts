import type { PoolLoad } from "../../pools/contenders.ts";
import { collectGarbage, mustEqual } from "../checks.ts";
import { openCounted } from "./counted.ts";

const TURNS_PER_MS = 600_000;
const SHORT_JOBS = 399;
const SHORT_MS = 0.2;
const LONG_MS = 150;

/** One long job and many short ones, handed in at once: when the last short one is done. Units: milliseconds. */
export const skew: PoolLoad = async (open) => {
  const { call, mustHaveRun } = await openCounted(open, "spin", 2);
  const short = (i: number): Promise<unknown> => call({ i, turns: SHORT_MS * TURNS_PER_MS });
  const shorts = async (): Promise<number> => {
    const responses = await Promise.all(Array.from({ length: SHORT_JOBS }, (_, i) => short(i)));
    responses.forEach((response, i) => mustEqual("response", i, response as number));
    return performance.now();
  };
  await shorts(); // now the pool knows how long they take
  collectGarbage();
  const startedMs = performance.now();
  const long = call({ i: -2, turns: LONG_MS * TURNS_PER_MS });
  const endedMs = await shorts();
  mustEqual("response of the long one", -2, (await long) as number);
  mustHaveRun(2 * SHORT_JOBS + 1);
  return endedMs - startedMs;
};
