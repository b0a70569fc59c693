import type { Result } from "../contracts/result.ts";
import { CancelledError } from "../errors/errors.ts";
import type { Batch, Impatient } from "./batch.ts";
import type { Waiting } from "./reply-desk.ts";

/** One call on its way. One object for all that is to be remembered of it, because there is one per request on the hot path. */
export class Call implements Waiting, Impatient {
  /** What the request says of it. Units: epoch milliseconds. */
  deadlineMs = Number.POSITIVE_INFINITY;
  endsMs = Number.POSITIVE_INFINITY;
  /** Aborts the wait. */
  readonly signal: AbortSignal | undefined;
  /** Called once, before the caller hears of the end. */
  onEnd: (() => void) | undefined;
  batch: Pick<Batch, "giveUp"> | undefined;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: ((error: unknown) => void) | undefined;

  /** Without `reject` the caller gets the result, whatever it is; with it, what is in it. */
  constructor(signal: AbortSignal | undefined, resolve: (value: unknown) => void, reject?: (error: unknown) => void) {
    this.signal = signal;
    this.onEnd = undefined;
    this.batch = undefined;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  settle(result: Result<unknown>): void {
    this.onEnd?.();
    this.batch?.giveUp();
    if (this.#reject === undefined) this.#resolve(result);
    else if (result.ok) this.#resolve(result.value);
    else this.#reject(this.#thrown(result.error));
  }

  refuse(reason: unknown): void {
    this.settle({ ok: false, error: toError(reason) });
  }

  /** A result holds an `Error`; who calls gets the reason of an abort as it is. */
  #thrown(error: Error): unknown {
    const { signal } = this;
    return signal?.aborted === true && error instanceof CancelledError && error.cause === signal.reason ? signal.reason : error;
  }
}

export function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new CancelledError(`The call was aborted: ${String(reason)}`, { cause: reason });
}
