import { type Awaitable, type Clock, DeadlineError } from "@job-orch/core";
import { checkSignal, type ErasedJob } from "@job-orch/core/substrate";
import type { PoolCallOptions } from "./call-options.ts";

type Hit = { readonly response: unknown } | undefined;

/** How long a call waits when it does not say, and by which clock. Units: milliseconds. */
export interface Patience {
  readonly callTimeoutMs: number;
  readonly environment: { readonly clock: Clock };
}

/**
 * Asks a job's cache on the caller's side, before anything crosses. A cache that fails is a miss: the job can still answer.
 *
 * Promise: settles in the time that the call has, also when the cache never does.
 * Errors:  `ERR_DEADLINE` then; the reason of the call's signal.
 */
export function askCache(
  getCache: NonNullable<ErasedJob["getCache"]>,
  request: unknown,
  options: PoolCallOptions | undefined,
  { callTimeoutMs, environment: { clock } }: Patience,
): Promise<Hit> {
  const { signal, timeoutMs = callTimeoutMs, deadline = Number.POSITIVE_INFINITY } = options ?? {};
  checkSignal(signal);
  const asked = (async () => getCache(request, undefined, callerContext(options)) as Awaitable<Hit>)().catch(() => undefined);
  const longestMs = Math.min(timeoutMs, deadline - clock.now());
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new DeadlineError("The job's cache said nothing in time, and the job was not asked"));
    const timer = Number.isFinite(longestMs) ? clock.after(Math.max(0, longestMs), late) : undefined;
    const aborted = (): void => reject(signal?.reason);
    if (signal?.aborted === true) aborted();
    signal?.addEventListener("abort", aborted, { once: true });
    void asked.then(resolve).finally(() => {
      timer?.cancel();
      signal?.removeEventListener("abort", aborted);
    });
  });
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
