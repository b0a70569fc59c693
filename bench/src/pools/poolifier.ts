import { fileURLToPath } from "node:url";
import { FixedThreadPool } from "poolifier";
import type { OpenPool } from "./pool.ts";

const file = fileURLToPath(new URL("../workers/poolifier.worker.ts", import.meta.url));

export const openPoolifier: OpenPool = async (name, workers) => {
  const pool = new FixedThreadPool(workers, file, { enableEvents: false });
  return {
    call:
      name === "move"
        ? (bytes) => pool.execute(bytes, name, undefined, [(bytes as Uint8Array<ArrayBuffer>).buffer])
        : (request) => pool.execute(request, name),
  };
};
