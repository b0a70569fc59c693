import type { Contender, Effort } from "../harness/case.ts";
import type { OpenQueue } from "./queue.ts";

/** What is done with a queue to get a figure. */
export type Load = (open: OpenQueue, effort: Effort) => Promise<number>;

/** A queue's library is loaded where it is measured, and nowhere else. */
const libraries = {
  "fastq-promise": async () => (await import("./fastq-promise.ts")).openFastqPromise,
  "fastq-callback": async () => (await import("./fastq-callback.ts")).openFastqCallback,
  async: async () => (await import("./async-queue.ts")).openAsyncQueue,
  "p-limit": async () => (await import("./p-limit.ts")).openPLimit,
  "p-queue": async () => (await import("./p-queue.ts")).openPQueue,
  "rxjs mergeMap": async () => (await import("./merge-map.ts")).openMergeMap,
} satisfies Record<string, () => Promise<OpenQueue>>;

export type PeerName = keyof typeof libraries;

/** Peers under the same load. */
export function peers(load: Load, names: readonly PeerName[]): Contender[] {
  return names.map((name) => ({ name, role: "peer", measure: async (effort) => load(await libraries[name](), effort) }));
}

/** Ours under the same load. */
export function ours(load: Load): Contender {
  return { name: "job-orch", role: "ours", measure: async (effort) => load((await import("./job-orch.ts")).openJobOrch, effort) };
}
