import { once } from "node:events";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { Effort } from "../../harness/case.ts";
import { collectGarbage, mustEqual } from "../checks.ts";

/** What one of the threads is to do, by its name in `workers/shared-memory`. */
export interface Part {
  readonly file: URL;
  readonly role: string;
}

export interface Duo {
  readonly from: Part;
  readonly to: readonly Part[];
  /** Shared by all of them; none: a port for each receiver. */
  readonly shared?: () => SharedArrayBuffer;
  /** How many messages are timed. */
  readonly count: number;
  /** How many of them the sender of a port puts into one message. */
  readonly batch?: number;
}

const SMOKE_COUNT = 2_560;

/** One thread sends numbered messages to one or more others. Checks that all arrived once. Units: messages per second. */
export async function oneWay({ from, to, shared, count: full, batch = 1 }: Duo, { smoke }: Effort): Promise<number> {
  const count = smoke ? SMOKE_COUNT : full;
  const memory = shared?.();
  const channels = to.map(() => new MessageChannel());
  const sender = open(from, memory, channels.map(({ port1 }) => port1), batch); // prettier-ignore
  const receivers = to.map((part, at) => open(part, memory, [(channels[at] as MessageChannel).port2], batch));
  const all = [sender, ...receivers];
  await Promise.all(all.map((worker) => once(worker, "message")));
  const run = async (): Promise<number> => {
    const done = receivers.map((worker) => once(worker, "message") as Promise<[{ readonly seen: number; readonly sum: number }]>);
    const sent = once(sender, "message");
    const startedMs = performance.now();
    for (const worker of all) worker.postMessage(count, []);
    const seen = (await Promise.all(done)).map(([one]) => one);
    const tookMs = performance.now() - startedMs;
    await sent;
    mustEqual("messages", count, seen.reduce((total, one) => total + one.seen, 0)); // prettier-ignore
    mustEqual("sum of their numbers", (count * (count - 1)) / 2, seen.reduce((total, one) => total + one.sum, 0)); // prettier-ignore
    return tookMs;
  };
  await run();
  collectGarbage();
  const tookMs = await run();
  await Promise.all(all.map((worker) => worker.terminate()));
  return (count / tookMs) * 1_000;
}

export function open({ file, role }: Part, shared: SharedArrayBuffer | undefined, ports: readonly MessagePort[], batch: number): Worker {
  return new Worker(file, { workerData: { role, shared, ports, batch }, transferList: [...ports] });
}
