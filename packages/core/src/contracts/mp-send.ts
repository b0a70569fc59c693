/** Multi-producer send: the sending end of a channel that many may send on. */
export interface MpSend<in Message> {
  /**
   * Promise: resolves when the channel has accepted the message at its declared durability.
   * Errors:  `ERR_SEND`, `ERR_CLOSED`, `ERR_VALIDATION`; rejects with `signal.reason` on abort.
   */
  readonly send: (message: Message, options?: { readonly signal?: AbortSignal }) => Promise<void>;
}
