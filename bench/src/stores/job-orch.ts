import { job, processor } from "@job-orch/core";
import { sqlite } from "@job-orch/sqlite";
import type { Request } from "../queues/queue.ts";
import { scratchFile } from "./scratch-file.ts";

const CHANNEL = "no-op";

export interface OpenOptions {
  readonly run?: (request: Request) => Promise<number>;
  readonly concurrency?: number;
}

/** Ours: a processor over the SQLite transport with its defaults, so every commit is synced. */
export function openJobOrch({ run = async ({ i }) => i, concurrency = 1 }: OpenOptions = {}) {
  const transport = sqlite(scratchFile());
  const hosted = processor(job<Request, number>()({ name: CHANNEL, run }), { transport, concurrency });
  return { transport, hosted, depth: () => transport.depth(CHANNEL) };
}
