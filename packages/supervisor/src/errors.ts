import { JobError } from "@job-orch/core";

/** Children failed too often in too little time: supervising them goes no further. `cause` is what the last one failed with. */
export class CrashLoopError extends JobError {
  override readonly name = "CrashLoopError";
  readonly code = "ERR_CRASH_LOOP";
  readonly retry = "later";
  /** The path of the supervisor. */
  readonly supervisor: string;
  /** The child that failed last. */
  readonly child: string;

  constructor(supervisor: string, child: string, limit: { readonly failures: number; readonly windowMs: number }, cause: unknown) {
    const often = `more than ${limit.failures} failures in ${limit.windowMs / 1_000} s`;
    super(`The children of "${supervisor}" fail again and again (${often}, the last one "${child}"): mend it, then start again`, { cause });
    this.supervisor = supervisor;
    this.child = child;
  }
}

/** A child did not come up in its time. */
export class ChildStartError extends JobError {
  override readonly name = "ChildStartError";
  readonly code = "ERR_CHILD_START";
  readonly retry = "later";
  readonly exitClass = "startFailure";

  constructor(child: string, timeoutMs: number) {
    super(`"${child}" did not come up within ${timeoutMs} ms; give it a longer "startTimeoutMs" if it needs one`);
  }
}
