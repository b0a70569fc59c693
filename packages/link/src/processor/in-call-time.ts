import { type Clock, DeadlineError } from "@job-orch/core";
import { checkSignal, duration } from "@job-orch/core/substrate";
import { checkedDeadline, type PoolCallOptions } from "./call-options.ts";

/** How long a call waits when it does not say, and by which clock. Units: milliseconds. */
export interface Patience {
  readonly callTimeoutMs: number;
  readonly environment: { readonly clock: Clock };
}

/**
 * What comes before a request is handed over: its schema, a cache. It counts towards the time that the call has.
 *
 * Promise: settles in that time, also when what it waits for never does.
 * Errors:  `ERR_DEADLINE` then; `ERR_OPTION`; the reason of the call's signal; what was thrown.
 */
export function inCallTime<Value>(
  work: PromiseLike<Value>,
  options: PoolCallOptions | undefined,
  { callTimeoutMs, environment: { clock } }: Patience,
): Promise<Value> {
  const { signal, timeoutMs = callTimeoutMs, deadline = Number.POSITIVE_INFINITY } = options ?? {};
  const asked = Promise.resolve(work);
  asked.catch(() => undefined); // when the options are refused, nobody hears how it ends
  return new Promise((resolve, reject) => {
    checkSignal(signal);
    const longestMs = Math.min(duration("timeoutMs", timeoutMs), checkedDeadline(deadline) - clock.now());
    const end = (settle: () => void): void => {
      timer?.cancel();
      signal?.removeEventListener("abort", aborted);
      settle();
    };
    const aborted = (): void => end(() => reject(signal?.reason));
    const late = (): DeadlineError => new DeadlineError("The job was not asked: its schema or its cache said nothing in time");
    const timer = Number.isFinite(longestMs) ? clock.after(Math.max(0, longestMs), () => end(() => reject(late()))) : undefined;
    asked.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
    if (signal?.aborted === true) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
  });
}
