import type { Awaitable } from "../contracts/awaitable.ts";

/** Tells a promise from a value, so that the hot path need not make one. */
export function isPromise<Value>(value: Awaitable<Value>): value is PromiseLike<Value> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

/** A signal that never aborts, for calls that have none. */
export const NEVER: AbortSignal = new AbortController().signal;

/** Waits on a clock. Resolves early, quietly, when the signal aborts. */
export function pause(clock: { readonly after: (ms: number, callback: () => void) => { readonly cancel: () => void } }, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      timer.cancel();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = clock.after(delayMs, finish);
    signal.addEventListener("abort", finish, { once: true });
  });
}
