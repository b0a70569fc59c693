import type { Awaitable } from "../contracts/awaitable.ts";

/** Tells a promise from a value, so that the hot path need not make one. */
export function isPromise<Value>(value: Awaitable<Value>): value is PromiseLike<Value> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

/** A signal that never aborts, for calls that have none. */
export const NEVER: AbortSignal = new AbortController().signal;

/** Waits on a clock. Resolves early, quietly, when the signal aborts. */
export function pause(
  clock: { readonly after: (ms: number, callback: () => void) => { readonly cancel: () => void } },
  delayMs: number,
  signal: AbortSignal,
): Promise<void> {
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

/** What is being opened, unless the signal aborts first: then it rejects at once, and what opens late is closed again. */
export function whileWanted<Opened extends AsyncDisposable>(opening: Promise<Opened>, signal: AbortSignal): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason);
      opening.then((opened) => opened[Symbol.asyncDispose]()).catch(() => undefined); // nobody is there to hear of it
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    opening.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** The same value, for one who may lose patience before the others who wait for it. */
export function unlessAborted<Value>(value: Promise<Value>, signal: AbortSignal): Promise<Value> {
  if (signal === NEVER) return value;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
