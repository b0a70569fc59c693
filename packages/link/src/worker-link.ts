import type { Transferable } from "node:worker_threads";
import type { Control, Hello } from "./wire/frames.ts";

/** How a worker ended. */
export interface Exit {
  /** What its program returned; `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal?: string | undefined;
  /** What it threw and nobody caught. */
  readonly error?: Error | undefined;
  readonly outOfMemory?: boolean | undefined;
  /** It gave no sign of life any more. */
  readonly hung?: boolean | undefined;
  /** The connection is gone; what became of the worker is not known. */
  readonly lost?: boolean | undefined;
  /** The last of what it wrote to standard error. Range: at most 8 KiB. */
  readonly stderrTail?: string | undefined;
}

/** What a pool needs of one worker, whatever carries the batches. */
export interface WorkerLink {
  /** Hands over requests (wire/frames.ts), in order. Throws when a value cannot be carried; then nothing was handed over. */
  readonly send: (batch: readonly unknown[], transfers: readonly Transferable[]) => void;
  /** Says something that must not wait behind requests. */
  readonly tell: (control: Control) => void;
  /** Ends it at once. `onDown` follows. */
  readonly kill: () => void;
  /** Whether it keeps the process alive. */
  readonly setRef: (ref: boolean) => void;
}

/** What a link tells its pool. */
export interface LinkEvents {
  /** The worker loaded its jobs and takes requests. */
  readonly onReady: (hello: Hello) => void;
  readonly onBatch: (batch: readonly unknown[]) => void;
  /** It takes so many requests from now on. */
  readonly onCredit: (credit: number) => void;
  /** It wrote a line that is not for the pool. */
  readonly onOutput: (stream: "stdout" | "stderr", line: string) => void;
  /** Once, when nothing more will come. */
  readonly onDown: (exit: Exit) => void;
}

/** What starting a worker is given. */
export interface Start {
  /** Where it stands in its pool; keeps its number when it is started again. */
  readonly place: number;
  /** Counts the workers that stood in this place, from 1. */
  readonly incarnation: number;
  /** The names of the pool's jobs, in their places. */
  readonly jobs: readonly string[];
  /** Ids of requests begin with it. */
  readonly idPrefix: string;
  readonly claims: Int32Array | undefined;
  readonly concurrency: number;
}

/** Starts workers of one kind. Throws when one cannot even be tried. */
export interface WorkerFactory {
  /** For messages: `thread`, `process`. */
  readonly kind: string;
  /** Whether its workers share memory with the host, so that requests can be claimed and taken back. */
  readonly shares: boolean;
  readonly start: (start: Start, events: LinkEvents) => WorkerLink;
}
