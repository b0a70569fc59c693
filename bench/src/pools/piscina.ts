import { Piscina } from "piscina";
import type { OpenPool } from "./pool.ts";

const filename = new URL("../workers/piscina.worker.ts", import.meta.url).href;

/** `concurrentTasksPerWorker`: 1 is its default. */
export function openPiscina(concurrentTasksPerWorker: number): OpenPool {
  return async (name, workers) => {
    const pool = new Piscina({ filename, minThreads: workers, maxThreads: workers, concurrentTasksPerWorker });
    return {
      call:
        name === "move"
          ? (bytes) => pool.run(bytes, { name, transferList: [(bytes as Uint8Array<ArrayBuffer>).buffer] })
          : (request) => pool.run(request, { name }),
    };
  };
}
