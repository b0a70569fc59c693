import type { Awaitable } from "@job-orch/core";
import { checkSignal } from "@job-orch/core/substrate";

/** One of two things to do; its signal aborts when the other one failed. */
export type Branch<Value> = (signal: AbortSignal) => Awaitable<Value>;

/**
 * Does two things at once and waits for both: calls of a pool, streams, or anything else that takes a signal.
 *
 * Promise: the first error aborts the other's signal; it is thrown when both have ended, so that nothing is left running. A
 *          branch that ignores its signal is waited for.
 * Errors:  the first one; the reason of an aborted `signal`.
 *
 * @example
 * const [left, right] = await join((signal) => pool.call(a, { signal }), (signal) => pool.call(b, { signal }));
 */
export async function join<First, Second>(
  first: Branch<First>,
  second: Branch<Second>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<[First, Second]> {
  checkSignal(options.signal);
  options.signal?.throwIfAborted();
  const failure = new AbortController();
  let failed: readonly [unknown] | undefined;
  const signal = options.signal === undefined ? failure.signal : AbortSignal.any([options.signal, failure.signal]);
  const run = async <Value>(branch: Branch<Value>): Promise<Value> => {
    try {
      signal.throwIfAborted(); // the other one may have failed at once
      return await branch(signal);
    } catch (error) {
      failed ??= [error];
      failure.abort(error);
      throw error;
    }
  };
  const [one, other] = await Promise.allSettled([run(first), run(second)]);
  if (one.status === "fulfilled" && other.status === "fulfilled") return [one.value, other.value];
  throw (failed as readonly [unknown] | undefined)?.[0];
}
