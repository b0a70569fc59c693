import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { onTestFinished } from "vitest";

const actor = new URL("./fixtures/actor.ts", import.meta.url);

/** A thread that plays a role of `fixtures/actor.ts`. */
export function thread(role: string, shared: SharedArrayBuffer, { count = 0, me = 0 } = {}): Worker {
  const worker = new Worker(actor, { workerData: { role, shared, count, me } });
  onTestFinished(async () => void (await worker.terminate()));
  return worker;
}

/** What a thread posts first. Rejects with what it threw. */
export async function posted(worker: Worker): Promise<unknown> {
  const exit = once(worker, "exit").then(() => Promise.reject(new Error("the thread ended and said nothing")));
  exit.catch(() => undefined);
  const [message] = (await Promise.race([once(worker, "message"), exit])) as [unknown];
  return message;
}
