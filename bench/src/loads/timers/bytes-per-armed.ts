import type { Effort } from "../../harness/case.ts";
import { collectGarbage, mustEqual } from "../checks.ts";
import { delays, type OpenTimers } from "./contenders.ts";

const ARMED = 1_000_000;
const SMOKE_ARMED = 20_000;
const MOST_MS = 600_000;

/** Bytes per armed timer inside V8's heap and outside it, without the handles, which are the caller's to keep or to forget. */
export async function bytesPerArmed<Handle>(open: OpenTimers<Handle>, { smoke }: Effort): Promise<number> {
  const total = smoke ? SMOKE_ARMED : ARMED;
  const timers = await open();
  const delayMs = delays(total, MOST_MS);
  let fired = 0;
  const callback = (): void => void fired++;
  timers.cancel(timers.arm(1_000, callback, 0)); // whatever is made on first use is not the timer's
  const before = await bytesInUse();
  const begunMs = performance.now();
  for (let i = 0; i < total; i++) timers.arm(delayMs[i] as number, callback, i);
  const after = await bytesInUse();
  const mostFired = delayMs.reduce((sum, ms) => sum + (ms <= performance.now() - begunMs ? 1 : 0), 0);
  mustEqual("timers that fired before their time", 0, Math.max(0, fired - mostFired));
  return (after - before) / (total - fired);
}

async function bytesInUse(): Promise<number> {
  for (let turn = 0; turn < 2; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
