import { type ThreadOptions, threads } from "../../src/index.ts";
import { deeds } from "../fixtures/jobs.ts";

/** The fixture's job on threads. */
export function pool(options: ThreadOptions = {}) {
  return threads(deeds, new URL("../fixtures/deeds.worker.ts", import.meta.url), { size: 1, ...options });
}

/** Resolves when `look` says so; rejects when it has not within the time. */
export async function until(look: () => boolean, withinMs = 10_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!look()) {
    if (performance.now() > endMs) throw new Error(`not so after ${withinMs} ms: ${look.toString()}`);
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
}
