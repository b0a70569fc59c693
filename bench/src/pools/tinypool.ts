import { Tinypool } from "tinypool";
import type { OpenPool } from "./pool.ts";

const filename = new URL("../workers/tinypool.worker.ts", import.meta.url).href;

export const openTinypool: OpenPool = async (name, workers) => {
  const pool = new Tinypool({ filename, minThreads: workers, maxThreads: workers, concurrentTasksPerWorker: 64 });
  return {
    call:
      name === "move"
        ? (bytes) => pool.run(bytes, { name, transferList: [(bytes as Uint8Array<ArrayBuffer>).buffer] } as never)
        : (request) => pool.run(request, { name }),
  };
};
