import type { PoolLoad } from "../../pools/contenders.ts";
import type { Work } from "../../pools/pool.ts";
import { collectGarbage, mustEqual } from "../checks.ts";

const CALLERS = 1_000;
const LOOK_EVERY = 64;

/**
 * 1,000 callers send their own value to one child and get back their own response. What children run is known by
 * their responses alone. Units: calls per second.
 */
export function childCalls<Value>(
  work: Work,
  valueOf: (i: number) => Value,
  isRight: (response: unknown, value: Value) => boolean,
): PoolLoad {
  return async (open, { warmUpMs, timedMs }) => {
    const { call } = await open(work, 1);
    const callFor = async (forMs: number): Promise<{ readonly calls: number; readonly tookMs: number }> => {
      let calls = 0;
      let over = false;
      const startedMs = performance.now();
      const caller = async (first: number): Promise<void> => {
        for (let i = first; !over; i += CALLERS) {
          const value = valueOf(i);
          if (!isRight(await call(value), value)) mustEqual("responses that were the request's own", 1, 0);
          if (++calls % LOOK_EVERY === 0) over = performance.now() - startedMs >= forMs;
        }
      };
      await Promise.all(Array.from({ length: CALLERS }, (_, first) => caller(first)));
      return { calls, tookMs: performance.now() - startedMs };
    };
    await callFor(0);
    await callFor(warmUpMs * 2);
    collectGarbage();
    const { calls, tookMs } = await callFor(timedMs * 2);
    return (calls / tookMs) * 1_000;
  };
}
