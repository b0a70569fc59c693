const brand = Symbol.for("@job-orch/core/JobError");

/** What a retry can hope for. `later`: it may succeed; `never`: it cannot; `unknown`: it may already have happened. */
export type Retry = "later" | "never" | "unknown";

/** Every error this framework raises: a stable `code` to branch on, and what a retry can hope for. */
export abstract class JobError extends Error {
  abstract readonly code: `ERR_${string}`;
  abstract readonly retry: Retry;
  readonly [brand] = true;

  /** Works across duplicate copies of this package, where `instanceof` does not. */
  static is(value: unknown): value is JobError {
    return typeof value === "object" && value !== null && brand in value;
  }
}
