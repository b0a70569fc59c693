import { fileURLToPath } from "node:url";
import { type ProcessOptions, processes } from "../../src/index.ts";
import { deeds } from "../fixtures/jobs.ts";

/** The fixture's job in Node processes. */
export function pool(options: Partial<ProcessOptions> = {}) {
  const worker = fileURLToPath(new URL("../fixtures/deeds.worker.ts", import.meta.url));
  return processes(deeds, { command: process.execPath, args: [worker], size: 1, output: "events", ...options });
}

/** Resolves when `look` says so; rejects when it has not within the time. */
export async function until(look: () => boolean, withinMs = 10_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!look()) {
    if (performance.now() > endMs) throw new Error(`not so after ${withinMs} ms: ${look.toString()}`);
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
}
