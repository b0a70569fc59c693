import type { Processor } from "../contracts/processor.ts";
import type { SendReceive } from "../contracts/send-receive.ts";
import type { CallOptions } from "./send-options.ts";
import type { Transport } from "../transport/transport.ts";
import type { Result } from "../contracts/result.ts";
import type { AnySendOptions } from "./send-options.ts";
import { checkMembers } from "./check-arguments.ts";
import { foreignSendReceive } from "./foreign-send-receive.ts";
import { engineOf } from "./processor.ts";

/** A handle that sends and awaits, with one subscription for all of its calls. */
export interface Calls<Request, Response, T extends Transport = Transport> extends SendReceive<Request, Response> {
  readonly sendReceive: (request: Request, options?: CallOptions<T>) => Promise<Result<Response>>;
  /** As `sendReceive`, throwing what went wrong. */
  readonly call: (request: Request, options?: CallOptions<T>) => Promise<Response>;
}

export interface SendReceiveOptions {
  /** The caller's own resources: with them the job's `getCache` is asked before anything is sent. */
  readonly resources?: unknown;
}

/**
 * Send a request, await the response with its id (or the cached one), over any processor.
 *
 * Over a processor of one's own (anything that fits the contract) the responses are read from `responseReceiver()`.
 */
export function sendReceive<Request, Response, T extends Transport = Transport>(
  processor: Processor<Request, Response, never> & { readonly transport?: T; readonly answers?: "one" },
  options?: SendReceiveOptions,
): Calls<Request, Response, T> & AsyncDisposable {
  checkMembers("processor", processor, ["requestSender", "responseReceiver"], "a processor");
  const engine = engineOf(processor);
  if (engine === undefined)
    return (callsOf<Request, Response, T>(processor) ?? foreignSendReceive(processor)) as Calls<Request, Response, T> & AsyncDisposable;
  const resources = options !== undefined && "resources" in options ? { value: options.resources } : undefined;
  const caller = engine.callerWith(resources ?? engine.callerResources);
  return {
    sendReceive: (request, own) => caller.sendReceive(request, own as AnySendOptions | undefined) as Promise<Result<Response>>,
    call: (request, own) => caller.call(request, own as AnySendOptions | undefined) as Promise<Response>,
    // The subscription is the processor's, shared by its handles: it ends with the processor.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A processor that can be called already, as a pipeline can: its own way is better than reading everybody's responses. */
function callsOf<Request, Response, T extends Transport>(processor: object): (Calls<Request, Response, T> & AsyncDisposable) | undefined {
  const own = processor as Partial<Calls<Request, Response, T>>;
  const { sendReceive: sendAndReceive, call } = own;
  if (typeof sendAndReceive !== "function" || typeof call !== "function") return undefined;
  return { sendReceive: sendAndReceive, call, [Symbol.asyncDispose]: () => Promise.resolve() };
}
