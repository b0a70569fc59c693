import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { OpenPool } from "./pool.ts";

/** A message per request and response over a bare port, workers in turn, and nothing else. */
export const openRawPort: OpenPool = async (work, workers) => {
  const url = new URL("../workers/raw-port.worker.ts", import.meta.url);
  const resolvers: ((value: unknown) => void)[] = [];
  const free: number[] = [];
  const all = Array.from({ length: workers }, () => new Worker(url, { workerData: { work } }));
  await Promise.all(all.map((worker) => once(worker, "message")));
  for (const worker of all) {
    worker.on("message", ([slot, value]: [number, unknown]) => {
      const resolve = resolvers[slot];
      free.push(slot);
      resolve?.(value);
    });
  }
  let turn = 0;
  return {
    call: (request) =>
      new Promise((resolve) => {
        const slot = free.pop() ?? resolvers.length;
        resolvers[slot] = resolve;
        const worker = all[turn++ % workers] as Worker;
        if (work === "move") worker.postMessage([slot, request], [(request as Uint8Array<ArrayBuffer>).buffer]);
        else worker.postMessage([slot, request], []);
      }),
  };
};
