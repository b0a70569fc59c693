import type { McReceive } from "./mc-receive.ts";
import type { RequestMessage, ResponseMessage } from "./messages.ts";
import type { MpSend } from "./mp-send.ts";

/** A job hosted between a request channel and a broadcast response channel. */
export interface Processor<in Request, out Response, in Resources = void> {
  readonly name: string;
  readonly requestSender: () => MpSend<RequestMessage<Request>>;
  /**
   * Subscribes to the responses.
   *
   * Promise: resolves only when the subscription is live: a response to a request sent afterwards is not missed.
   *          With a `group` the messages are kept while its members are away, and shared among them.
   */
  readonly responseReceiver: (options?: {
    readonly group?: string;
    readonly signal?: AbortSignal;
  }) => Promise<McReceive<ResponseMessage<Response>>>;
  /** Works on requests until the signal aborts, then stops gracefully. Resolves when nothing is left running. */
  readonly run: (resources: Resources, options?: { readonly signal?: AbortSignal }) => Promise<void>;
}
