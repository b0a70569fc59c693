import { fileURLToPath } from "node:url";
import workerpool from "workerpool";
import type { OpenPool } from "./pool.ts";

const file = fileURLToPath(new URL("../workers/workerpool.worker.ts", import.meta.url));

export const openWorkerpool: OpenPool = async (name, workers) => {
  const pool = workerpool.pool(file, { minWorkers: workers, maxWorkers: workers, workerType: "thread" });
  return {
    call:
      name === "move"
        ? async (bytes) => pool.exec(name, [bytes], { transfer: [(bytes as Uint8Array<ArrayBuffer>).buffer] })
        : async (request) => pool.exec(name, [request]),
  };
};
