import { JobError, type Retry } from "./job-error.ts";

/** The caller's mistake, found before any I/O. */
export class OptionError extends JobError {
  override readonly name = "OptionError";
  readonly code = "ERR_OPTION";
  readonly retry = "never";
}

/** The transport never claimed it could. */
export class UnsupportedError extends JobError {
  override readonly name = "UnsupportedError";
  readonly code = "ERR_UNSUPPORTED";
  readonly retry = "never";
}

/** The channel, processor or transport is closed. */
export class ClosedError extends JobError {
  override readonly name = "ClosedError";
  readonly code = "ERR_CLOSED";
  readonly retry = "never";
}

/** The channel did not take the frames. */
export class SendError extends JobError {
  override readonly name = "SendError";
  readonly code = "ERR_SEND";
  readonly retry: Retry;
  /** How many frames of the batch were stored all the same; they are the first ones. */
  readonly accepted: number;

  constructor(
    channel: string,
    options: { readonly retry: Retry; readonly accepted?: number; readonly cause?: unknown; readonly why?: string },
  ) {
    super(`Could not send to channel "${channel}"${options.why === undefined ? "" : `: ${options.why}`}`, { cause: options.cause });
    this.retry = options.retry;
    this.accepted = options.accepted ?? 0;
  }
}

/** A frame is larger than the transport takes. */
export class TooLargeError extends JobError {
  override readonly name = "TooLargeError";
  readonly code = "ERR_TOO_LARGE";
  readonly retry = "never";
  /** Units: bytes. */
  readonly limit: number;
  readonly size: number;

  constructor(channel: string, limit: number, size: number) {
    super(`A frame of ${size} bytes is over the ${limit} bytes that channel "${channel}" takes; send a reference to the data instead`);
    this.limit = limit;
    this.size = size;
  }
}

/** The subscription broke. */
export class ReceiveError extends JobError {
  override readonly name = "ReceiveError";
  readonly code = "ERR_RECEIVE";
  readonly retry: Retry;

  constructor(channel: string, options: { readonly retry: Retry; readonly cause?: unknown }) {
    super(`Receiving from channel "${channel}" broke`, { cause: options.cause });
    this.retry = options.retry;
  }
}

/** No answer from the store. */
export class ConnectionError extends JobError {
  override readonly name = "ConnectionError";
  readonly code = "ERR_CONNECTION";
  readonly retry: Retry;

  constructor(message: string, options: { readonly retry: Retry; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retry = options.retry;
  }
}

/** The store is there but cannot be used: foreign, damaged, newer than this code, or on an unsafe engine. */
export class StoreError extends JobError {
  override readonly name = "StoreError";
  readonly code = "ERR_STORE";
  readonly retry = "never";
}

/** Someone else may hold the delivery now. */
export class LeaseLostError extends JobError {
  override readonly name = "LeaseLostError";
  readonly code = "ERR_LEASE_LOST";
  readonly retry = "unknown";
}

/** We stopped waiting. The request may still run, or have run. */
export class DeadlineError extends JobError {
  override readonly name = "DeadlineError";
  readonly code = "ERR_DEADLINE";
  readonly retry = "unknown";
}

/** The request was cancelled. */
export class CancelledError extends JobError {
  override readonly name = "CancelledError";
  readonly code = "ERR_CANCELLED";
  readonly retry = "never";
}

/** One attempt ran longer than the processor's `timeoutMs`. */
export class AttemptTimeoutError extends JobError {
  override readonly name = "AttemptTimeoutError";
  readonly code = "ERR_ATTEMPT_TIMEOUT";
  readonly retry = "later";
}

/** Bytes or a value that cannot be carried or do not fit the contract. */
export class DecodeError extends JobError {
  override readonly name = "DecodeError";
  readonly code = "ERR_DECODE";
  readonly retry = "never";
}

/** A request or response does not fit its schema. */
export class ValidationError extends JobError {
  override readonly name = "ValidationError";
  readonly code = "ERR_VALIDATION";
  readonly retry = "never";
  /** Where and why, first issue first. */
  readonly issues: readonly { readonly path: string; readonly message: string }[];

  constructor(what: string, issues: readonly { readonly path: string; readonly message: string }[]) {
    const first = issues[0];
    super(
      `${what} does not fit its schema${first === undefined ? "" : ` at ${first.path === "" ? "the root" : first.path}: ${first.message}`}`,
    );
    this.issues = issues;
  }
}

/** A value that the codec refuses to alter, with the path to it. */
export class EncodeError extends JobError {
  override readonly name = "EncodeError";
  readonly code = "ERR_ENCODE";
  readonly retry = "never";
  readonly path: string;

  constructor(path: string, why: string) {
    super(`Cannot carry the value at ${path === "" ? "the root" : path}: ${why}`);
    this.path = path;
  }
}

/** The frame asks for a job or a version that this processor does not know. */
export class UnknownVersionError extends JobError {
  override readonly name = "UnknownVersionError";
  readonly code = "ERR_UNKNOWN_VERSION";
  readonly retry = "never";
}

/** A job failed: `cause` is what it threw, rebuilt. */
export class ProcessError extends JobError {
  override readonly name = "ProcessError";
  readonly code = "ERR_PROCESS";
  readonly retry: Retry;

  constructor(message: string, options: { readonly retry?: Retry; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retry = options.retry ?? "unknown";
  }
}

/** A pipeline's filter dropped the message: there will be no response. */
export class FilteredError extends JobError {
  override readonly name = "FilteredError";
  readonly code = "ERR_FILTERED";
  readonly retry = "never";
}
