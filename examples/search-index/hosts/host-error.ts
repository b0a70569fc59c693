import { JobError } from "@job-orch/core";

/** A host that was asked for is not there. */
export class HostError extends JobError {
  override readonly name = "HostError";
  readonly code = "ERR_HOST";
  readonly retry = "later";

  constructor(host: string, why: string) {
    super(`Cannot tokenise on ${host}: ${why}.`);
  }
}
