import type { Effort } from "../harness/case.ts";
import type { OpenQueue, Request } from "../queues/queue.ts";
import { collectGarbage, Ledger } from "./checks.ts";

const BURST = 200_000;
const SMOKE_BURST = 5_000;
/** More than one, so that each pays for the garbage that the one before left. */
const TIMED_BURSTS = 2;

/** Hands in everything at once, waits until all is accepted and all has run. Units: jobs per second. */
export async function burst(open: OpenQueue, { smoke }: Effort): Promise<number> {
  const total = smoke ? SMOKE_BURST : BURST;
  let ledger = new Ledger(0);
  let finished = (): void => {};
  const job = async ({ i }: Request): Promise<number> => {
    ledger.note(i);
    if (ledger.count === total) finished();
    return i;
  };
  const { post, close } = await open(job);
  const once = async (): Promise<number> => {
    ledger = new Ledger(total);
    const done = new Promise<void>((resolve) => (finished = resolve));
    const startedMs = performance.now();
    const promises: Promise<unknown>[] = [];
    for (let i = 0; i < total; i++) {
      const promise = post({ i });
      if (promise !== undefined) promises.push(promise);
    }
    if (promises.length > 0) await Promise.all(promises);
    await done;
    const tookMs = performance.now() - startedMs;
    ledger.mustBeExact();
    return tookMs;
  };
  await once();
  collectGarbage();
  let tookMs = 0;
  for (let turn = 0; turn < TIMED_BURSTS; turn++) tookMs += await once();
  await close?.();
  return ((total * TIMED_BURSTS) / tookMs) * 1_000;
}
