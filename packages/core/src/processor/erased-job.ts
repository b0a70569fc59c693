import type { Awaitable } from "../contracts/awaitable.ts";
import type { RunContext } from "../contracts/run-context.ts";
import type { AnyJob } from "../job/job.ts";

/** A job as the loop runs it: its types were checked where it was handed in. */
export interface ErasedJob extends Omit<AnyJob, "run" | "getCache"> {
  readonly run: (request: unknown, resources: unknown, context: RunContext) => Awaitable<unknown>;
  readonly getCache?:
    | ((request: unknown, resources: unknown, context: RunContext) => Awaitable<{ readonly response: unknown } | undefined>)
    | undefined;
}

export function eraseJob(job: AnyJob): ErasedJob {
  return job as unknown as ErasedJob;
}
