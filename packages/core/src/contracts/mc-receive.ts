import type { Awaitable } from "./awaitable.ts";

/** Multi-consumer receive: the receiving end of a channel where every receiver gets every message. */
export interface McReceive<out Message> extends AsyncIterable<Message>, AsyncDisposable {
  /**
   * Waits for the next message.
   *
   * Errors: `ERR_CLOSED` once disposed; rejects with `signal.reason` on abort, and an aborted wait takes no message.
   */
  readonly receive: (options?: { readonly signal?: AbortSignal }) => Promise<Message>;
}

/** A receiver that can also hand out what is there in one go, for those who forward many messages. */
export interface BatchReceive<out Message> extends McReceive<Message> {
  /**
   * Waits for at least one message and takes up to `max`, without a promise when some are there already.
   * Taking the next batch says that this one is done with.
   *
   * Shape: empty only when the signal aborted or the receiver was disposed.
   */
  readonly receiveBatch: (max: number, options?: { readonly signal?: AbortSignal }) => Awaitable<readonly Message[]>;
}
