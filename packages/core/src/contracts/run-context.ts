import type { Headers } from "./headers.ts";

/** How loud a line of a job's log is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** What a job may know about the attempt it works on. */
export interface RunContext {
  /** The request's id. */
  readonly id: string;
  /** How many times this request was begun, from 1. */
  readonly attempt: number;
  /**
   * Aborts when the request is cancelled, the attempt times out, its lease is lost, or shutdown ran out of grace;
   * `signal.reason` says which. Made on first use: a job that never reads it pays nothing.
   */
  readonly signal: AbortSignal;
  readonly headers: Headers;
  /**
   * When the caller stops waiting. Units: epoch milliseconds; `undefined` when it waits for ever. In a pool of threads or processes also when
   * it did not say itself: the pool's `callTimeoutMs` is not told to the job.
   */
  readonly deadline: number | undefined;
  /** Grows with every attempt of this request: hand it to outside systems so that a stale attempt cannot overwrite a newer one. */
  readonly fence: number;
  /** Tells listeners how far the job is; the value is theirs to interpret. */
  readonly progress: (value: unknown) => void;
  readonly log: (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;
}
