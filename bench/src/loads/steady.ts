import type { Effort } from "../harness/case.ts";
import { CONCURRENCY, type NoOp, type OpenQueue, type Request } from "../queues/queue.ts";
import { collectGarbage, mustEqual } from "./checks.ts";

const CALLERS = 1_000;
/** How many calls pass between two looks at the clock. */
const LOOK_EVERY = 256;

/** 1,000 callers, each with one call under way at any time, through a queue that runs 64 at once. Units: calls per second. */
export async function steadyCalls(open: OpenQueue, { warmUpMs, timedMs }: Effort): Promise<number> {
  let ran = 0;
  const job: NoOp<Request> = async ({ i }) => {
    ran++;
    return i;
  };
  const { call, close } = await open(job);
  if (call === undefined) throw new Error("This queue cannot be called");
  const warm = await callFor(warmUpMs, call);
  collectGarbage();
  const timed = await callFor(timedMs, call);
  await close?.();
  mustEqual("jobs run", warm.calls + timed.calls, ran);
  return (timed.calls / timed.tookMs) * 1_000;
}

/** Calls until the time is over, and waits for what is under way. Every response must be its own request's. */
export async function callFor(
  forMs: number,
  call: (request: Request) => Promise<number>,
  callers: number = CALLERS,
): Promise<{ readonly calls: number; readonly tookMs: number }> {
  let calls = 0;
  let over = false;
  const startedMs = performance.now();
  const caller = async (first: number): Promise<void> => {
    for (let i = first; !over; i += callers) {
      mustEqual("response", i, await call({ i }));
      if (++calls % LOOK_EVERY === 0) over = performance.now() - startedMs >= forMs;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, first) => caller(first)));
  return { calls, tookMs: performance.now() - startedMs };
}

/** The limit: as many callers as may run at once call the job itself. */
export async function withoutQueue({ warmUpMs, timedMs }: Effort): Promise<number> {
  const job: NoOp<Request> = async ({ i }) => i;
  await callFor(warmUpMs, job, CONCURRENCY);
  collectGarbage();
  const { calls, tookMs } = await callFor(timedMs, job, CONCURRENCY);
  return (calls / tookMs) * 1_000;
}
