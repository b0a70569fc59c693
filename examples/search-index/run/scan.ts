import { randomUUID } from "node:crypto";
import type { Backlog } from "./backlog.ts";
import { isEmpty } from "./backlog.ts";
import type { SearchPipeline } from "./pipeline.ts";
import type { RunLock } from "./run-lock.ts";
import type { Sampler } from "./sampler.ts";

/** What a run says on its way. */
export interface Announcements {
  /** Another run leads; this one helps it. */
  readonly helping: () => void;
  /** An earlier run left this much. */
  readonly goingOn: (backlog: Backlog) => void;
  /** What an earlier run left is done; now the whole directory is looked at. */
  readonly scanning: () => void;
}

export interface ScanOptions {
  readonly directory: string;
  readonly pipeline: SearchPipeline["pipeline"];
  readonly sampler: Sampler;
  readonly lock: RunLock;
  readonly signal: AbortSignal;
  readonly say: Announcements;
}

/**
 * Finishes what is waiting, and then looks at the whole directory. What an earlier run left was found then, so the scan
 * after it is what makes the index true to the disk of now. Resolves early when the signal aborts.
 */
export async function scan({ directory, pipeline, sampler, lock, signal, say }: ScanOptions): Promise<void> {
  if (!lock.lead()) {
    say.helping();
    while (!signal.aborted && !lock.lead()) await sampler.next();
  }
  const left = await sampler.next();
  if (!isEmpty(left)) say.goingOn(left);
  await drained(sampler, signal);
  if (signal.aborted) return;
  say.scanning();
  await pipeline.send({ scan: randomUUID(), parts: [{ folder: directory }] });
  await drained(sampler, signal);
}

/** Resolves when nothing is left in any channel. */
async function drained(sampler: Sampler, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !isEmpty(await sampler.next()));
}
