import type { Awaitable } from "@job-orch/core";
import { check, type ErasedJob } from "@job-orch/core/substrate";
import type { PoolCallOptions } from "./call-options.ts";

type Hit = { readonly response: unknown } | undefined;

/**
 * Asks a job's cache on the caller's side, before anything crosses. One that fails, or has what is no response, is a miss: the job can still
 * answer.
 *
 * Errors: of the check of the request.
 */
export async function askCache(job: ErasedJob, checked: Awaitable<unknown>, options: PoolCallOptions | undefined): Promise<Hit> {
  const request = await checked;
  try {
    const hit = await (job.getCache?.(request, undefined, callerContext(options)) as Awaitable<Hit>);
    return hit === undefined ? undefined : { response: await check(job.response, hit.response, `The cached response of "${job.name}"`) };
  } catch {
    return undefined;
  }
}

function callerContext(options: PoolCallOptions | undefined) {
  return {
    id: options?.id ?? "",
    attempt: 1,
    fence: 0,
    signal: options?.signal ?? new AbortController().signal,
    headers: options?.headers ?? {},
    deadline: options?.deadline,
    progress: () => undefined,
    log: () => undefined,
  };
}
