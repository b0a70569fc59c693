import { deeds } from "@job-orch/test-support";
import { type ThreadOptions, threads } from "../../src/index.ts";

/** The fixture's job on threads. */
export function pool(options: ThreadOptions = {}) {
  return threads(deeds, new URL("../fixtures/deeds.worker.ts", import.meta.url), { size: 1, ...options });
}
