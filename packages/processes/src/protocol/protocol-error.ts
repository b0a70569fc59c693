import { JobError } from "@job-orch/core";

/** The other side does not speak the protocol, or broke it. Whoever hears of it closes the link. */
export class ProtocolError extends JobError {
  override readonly name = "ProtocolError";
  readonly code = "ERR_PROTOCOL";
  /** What was open on the link may have happened. */
  readonly retry = "unknown";
}

/** The worker speaks another version of the protocol. It is told so (`Q` with the error "version") before its link closes. */
export class VersionError extends ProtocolError {
  constructor(theirs: string, ours: number) {
    super(`The worker's hello speaks version ${theirs} of the protocol, and this host speaks ${ours}; use a worker of that version`);
  }
}

/** The other side sent, or announced, more bytes than this side takes. Nothing was allocated for them. */
export class FrameTooLargeError extends JobError {
  override readonly name = "FrameTooLargeError";
  readonly code = "ERR_FRAME_TOO_LARGE";
  readonly retry = "never";
  /** Units: bytes. */
  readonly limit: number;

  constructor(what: string, limit: number) {
    super(`${what} is over the limit of ${limit} bytes; send a reference to the data instead`);
    this.limit = limit;
  }
}
