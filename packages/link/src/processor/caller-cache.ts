import type { Awaitable } from "@job-orch/core";
import type { ErasedJob } from "@job-orch/core/substrate";
import type { PoolCallOptions } from "./call-options.ts";

/** Asks a job's cache on the caller's side, before anything crosses. A cache that fails is a miss: the job can still answer. */
export async function askCache(
  getCache: NonNullable<ErasedJob["getCache"]>,
  request: unknown,
  options: PoolCallOptions | undefined,
): Promise<{ readonly response: unknown } | undefined> {
  try {
    return await (getCache(request, undefined, callerContext(options)) as Awaitable<{ readonly response: unknown } | undefined>);
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
