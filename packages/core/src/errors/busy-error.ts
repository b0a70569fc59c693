import { JobError } from "./job-error.ts";

/** A layer refused to run the job now: its limit is used up and its line is full, or its circuit is open. */
export class BusyError extends JobError {
  override readonly name = "BusyError";
  readonly code = "ERR_BUSY";
  readonly retry = "later";
  /** Which layer: `rateLimit`, `bulkhead` or `circuitBreaker`. */
  readonly layer: string;
  /** When it may be otherwise. Units: milliseconds from now; `undefined` when the layer cannot know. A backoff function may use it. */
  readonly retryAfterMs: number | undefined;

  constructor(layer: string, why: string, retryAfterMs?: number) {
    super(`${layer}: ${why}`);
    this.layer = layer;
    this.retryAfterMs = retryAfterMs;
  }
}
