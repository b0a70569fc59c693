import { JobError, type Retry } from "@job-orch/core";
import { lastWords } from "./last-words.ts";
import type { Exit } from "./worker-link.ts";

/** What is known of the end of a worker. */
export interface CrashReport {
  /** Where it stood in its pool, and the how-manieth there it was. */
  readonly place: number;
  readonly incarnation: number;
  readonly exit: Exit;
}

/** A worker ended while it had the request, or could not be started for it. */
export type WorkerError = WorkerCrashedError | WorkerStartError;

/** The worker that ran the request ended before it answered. */
export class WorkerCrashedError extends JobError {
  override readonly name = "WorkerCrashedError";
  readonly code = "ERR_WORKER_CRASHED";
  readonly retry: Retry = "unknown";
  readonly place: number;
  readonly incarnation: number;
  readonly exitCode: number | null;
  readonly signal: string | undefined;
  readonly outOfMemory: boolean;
  /** Its job had ended; the answer was lost with the worker. */
  readonly completed: boolean;
  /** How many requests ran in the worker, this one among them: one of them may have ended it. */
  readonly suspects: number;
  readonly stderrTail: string | undefined;

  /** `why`: why we ended it, if it was us. */
  constructor(
    pool: string,
    { place, incarnation, exit }: CrashReport,
    about: { readonly completed: boolean; readonly suspects: number; readonly why?: string | undefined },
  ) {
    super(`A worker of "${pool}" ended while it had the request: ${about.why ?? howItEnded(exit)}`, { cause: exit.error });
    this.place = place;
    this.incarnation = incarnation;
    this.exitCode = exit.code;
    this.signal = exit.signal;
    this.outOfMemory = exit.outOfMemory ?? false;
    this.completed = about.completed;
    this.suspects = about.suspects;
    this.stderrTail = exit.stderrTail;
  }
}

/** No worker came up: its file does not load, its program is missing, or it said nothing in time. */
export class WorkerStartError extends JobError {
  override readonly name = "WorkerStartError";
  readonly code = "ERR_WORKER_START";
  readonly retry: Retry = "later";
  readonly exitCode: number | null;
  readonly stderrTail: string | undefined;

  constructor(pool: string, exit: Exit, why?: string) {
    super(`No worker of "${pool}" could be started: ${why ?? howItNeverServed(exit)}`, { cause: exit.error });
    this.exitCode = exit.code;
    this.stderrTail = exit.stderrTail;
  }
}

/** Workers crash as soon as they are up: requests are refused until one stays. */
export class PoolUnavailableError extends JobError {
  override readonly name = "PoolUnavailableError";
  readonly code = "ERR_POOL_UNAVAILABLE";
  readonly retry: Retry = "later";
  /** When the next worker is tried. Units: milliseconds from now. */
  readonly retryAfterMs: number;

  /** `last`: how the last one failed; `cause`: the same as an error, where there is one. */
  constructor(pool: string, retryAfterMs: number, last: Exit | undefined, cause: unknown = last?.error) {
    const why = last === undefined ? "" : `; the last one failed: ${howItEnded(last)}`;
    super(`"${pool}" has no worker and tries the next one in ${Math.ceil(retryAfterMs)} ms${why}`, { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** The request ended its worker time and again: it is not tried any more. */
export class PoisonRequestError extends JobError {
  override readonly name = "PoisonRequestError";
  readonly code = "ERR_POISON_REQUEST";
  readonly retry: Retry = "never";
  readonly crashes: readonly WorkerError[];

  constructor(pool: string, crashes: readonly WorkerError[]) {
    super(`The request ended ${crashes.length} workers of "${pool}": it is given up`, { cause: crashes.at(-1) });
    this.crashes = crashes;
  }
}

/** Buffers of the request had been moved to a worker, which did not begin it: they are gone. */
export class TransferLostError extends JobError {
  override readonly name = "TransferLostError";
  readonly code = "ERR_TRANSFER_LOST";
  readonly retry: Retry = "never";

  constructor(pool: string) {
    super(`A worker of "${pool}" was given the buffers of this request and ended before it began; make them again and call again`);
  }
}

/** The pool holds as many requests as it may. */
export class PoolFullError extends JobError {
  override readonly name = "PoolFullError";
  readonly code = "ERR_POOL_FULL";
  readonly retry: Retry = "later";

  constructor(pool: string, why: string) {
    super(`"${pool}" takes no more requests: ${why}; wait for some to end, or raise "queue"`);
  }
}

/** A program that runs to its end as if there were nothing to serve is told apart from one that fails. */
function howItNeverServed(exit: Exit): string {
  const { code, signal, error, lost, hung } = exit;
  if (code !== 0 || (signal ?? error) !== undefined || lost === true || hung === true) return howItEnded(exit);
  return `it ended before it served anything: a worker calls serve(job)${quoted(exit)}`;
}

/** What it wrote last. */
function quoted({ stderrTail }: Exit): string {
  const words = lastWords(stderrTail);
  return words === undefined ? "" : `: ${words}`;
}

/** With what it wrote to standard error, where nothing else says why. */
export function howItEnded(exit: Exit): string {
  const { code, signal, error, outOfMemory, lost, hung } = exit;
  if (outOfMemory === true) return "it was out of memory";
  if (hung === true) return "it gave no sign of life";
  if (lost === true) return "its connection was lost";
  if (error !== undefined) return error.message.split("\n", 1)[0] ?? "an error without a message";
  if (signal !== undefined) return `it was ended by ${signal}${quoted(exit)}`;
  return `it left with code ${String(code)}${quoted(exit)}`;
}
