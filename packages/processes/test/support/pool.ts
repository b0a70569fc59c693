import { fileURLToPath } from "node:url";
import { deeds } from "@job-orch/test-support";
import { type ProcessOptions, processes } from "../../src/index.ts";

/** The fixture's job in Node processes. */
export function pool(options: Partial<ProcessOptions> = {}) {
  const worker = fileURLToPath(new URL("../fixtures/deeds.worker.ts", import.meta.url));
  return processes(deeds, { command: process.execPath, args: [worker], size: 1, output: "events", ...options });
}
