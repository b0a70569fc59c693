import type { Effort } from "../harness/case.ts";
import type { OpenQueue } from "../queues/queue.ts";
import { collectGarbage } from "./checks.ts";

const QUEUED = 1_000_000;
/** Enough that what the runtime does for itself, some 300 KB either way, does not decide. */
const SMOKE_QUEUED = 200_000;

/**
 * Bytes per request that waits in a queue, when a million do: all that was not there before, inside V8's heap and outside
 * it. The request is a small integer, which needs no space of its own beyond the slot that holds it.
 */
export async function bytesPerQueued(open: OpenQueue, { smoke }: Effort): Promise<number> {
  const total = smoke ? SMOKE_QUEUED : QUEUED;
  const queue = await open<number>(async (i) => i, true);
  await Promise.race([queue.post(0), settled()]); // whatever is made on first use is not the request's
  const before = await bytesInUse();
  for (let i = 0; i < total; i++) void queue.post(i);
  const after = await bytesInUse();
  void queue.post(total); // so that nothing of it was collected before
  return (after - before) / total;
}

async function bytesInUse(): Promise<number> {
  await settled();
  collectGarbage();
  await settled();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** When everything that was going to happen by itself has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
