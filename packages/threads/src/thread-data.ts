import type { Hello, Wire } from "@job-orch/link";
import type { MessagePort } from "node:worker_threads";

/** What a thread is given under `workerData.jobOrch`. */
export interface ThreadData {
  readonly port: MessagePort;
  readonly claims: Int32Array;
  readonly concurrency: number;
  readonly idPrefix: string;
  readonly wire: Wire;
  /** What a parked thread waits on. */
  readonly bell: Int32Array | undefined;
  /** Whether it looks out for a moment before. */
  readonly spins: boolean;
}

/** What it says: first that it is there, then batches. */
export type FromThread = Hello | unknown[];
