import { JobError, type Retry } from "./job-error.ts";

/** A job failed with an error whose class the caller does not know: add it to the job's `errors` to have it rebuilt. */
export class RemoteError extends JobError {
  override readonly name = "RemoteError";
  readonly code = "ERR_PROCESS";
  readonly retry: Retry;
  /** What the error was called where it was thrown. */
  readonly remoteName: string;
  /** The code it had there. */
  readonly remoteCode: string | undefined;

  constructor(
    message: string,
    options: { readonly remoteName: string; readonly remoteCode?: string | undefined; readonly retry?: Retry | undefined },
  ) {
    super(message);
    this.retry = options.retry ?? "unknown";
    this.remoteName = options.remoteName;
    this.remoteCode = options.remoteCode;
  }
}
