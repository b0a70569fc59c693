/** Multi-consumer receive: the receiving end of a channel where every receiver gets every message. */
export interface McReceive<out Message> extends AsyncIterable<Message>, AsyncDisposable {
  /**
   * Waits for the next message.
   *
   * Errors: `ERR_CLOSED` once disposed; rejects with `signal.reason` on abort, and an aborted wait takes no message.
   */
  readonly receive: (options?: { readonly signal?: AbortSignal }) => Promise<Message>;
}
