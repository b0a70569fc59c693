import type { Effort } from "../../harness/case.ts";
import { collectGarbage, mustEqual } from "../checks.ts";
import { type Contended, delays, type OpenTimers } from "./contenders.ts";

const AT_ONCE = 10_000;
const MOST_MS = 600_000;

/** Arms so many timers, cancels them in another order, and again, until the time is up. */
export async function nanosecondsPerCancelled<Handle>(open: OpenTimers<Handle>, { warmUpMs, timedMs }: Effort): Promise<number> {
  const timers = await open();
  const delayMs = delays(AT_ONCE, MOST_MS);
  let fired = 0;
  const callback = (): void => void fired++;
  await rounds(timers, delayMs, callback, warmUpMs);
  collectGarbage();
  const { done, tookMs } = await rounds(timers, delayMs, callback, timedMs);
  mustEqual("timers that fired although cancelled", 0, fired);
  return (tookMs * 1e6) / done;
}

async function rounds<Handle>(timers: Contended<Handle>, delayMs: Int32Array, callback: () => void, forMs: number) {
  const handles: Handle[] = [];
  let done = 0;
  let tookMs = 0;
  while (tookMs < forMs) {
    const startMs = performance.now();
    for (let i = 0; i < AT_ONCE; i++) handles[i] = timers.arm(delayMs[i] as number, callback, i);
    for (let i = 0; i < AT_ONCE; i++) timers.cancel(handles[(i * 7919) % AT_ONCE] as Handle); // 7919 is prime: each of them once
    tookMs += performance.now() - startMs;
    done += AT_ONCE;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { done, tookMs };
}
