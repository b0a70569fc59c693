import { JobError, type Retry } from "@job-orch/core";

/** Nobody can dial in: the address is none of this machine, is taken, or may not be used. */
export class ListenError extends JobError {
  override readonly name = "ListenError";
  readonly code = "ERR_LISTEN";
  readonly retry: Retry = "later";

  constructor(host: string, port: number, cause: Error) {
    super(`Nothing can listen on ${host}, port ${port}: ${cause.message}; "listen" takes an address of this machine and a free port`, {
      cause,
    });
  }
}
