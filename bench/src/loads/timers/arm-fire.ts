import type { Effort } from "../../harness/case.ts";
import { collectGarbage, Ledger } from "../checks.ts";
import { delays, type OpenTimers } from "./contenders.ts";

const ARMED = 200_000;
const SMOKE_ARMED = 5_000;
const MOST_MS = 1_000;

/** CPU time of the process, as most of the second that this takes is waiting. */
export async function nanosecondsPerFired<Handle>(open: OpenTimers<Handle>, { smoke }: Effort): Promise<number> {
  const total = smoke ? SMOKE_ARMED : ARMED;
  const timers = await open();
  const delayMs = delays(total, MOST_MS);
  await round(SMOKE_ARMED);
  collectGarbage();
  const before = process.cpuUsage();
  await round(total);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / total;

  async function round(count: number): Promise<void> {
    const ledger = new Ledger(count);
    await new Promise<void>((resolve) => {
      const callback = (i: number): void => {
        ledger.note(i);
        if (ledger.count === count) resolve();
      };
      for (let i = 0; i < count; i++) timers.arm(delayMs[i] as number, callback, i);
    });
    ledger.mustBeExact();
  }
}
