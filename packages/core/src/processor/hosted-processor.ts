import type { BatchReceive } from "../contracts/mc-receive.ts";
import type { ResponseMessage } from "../contracts/messages.ts";
import type { Processor } from "../contracts/processor.ts";
import type { Result } from "../contracts/result.ts";
import type { Frame } from "../transport/frame.ts";
import type { Transport } from "../transport/transport.ts";
import type { ProcessorEvents } from "./events.ts";
import type { CallOptions, SendOptions } from "./send-options.ts";

/** How responses are received. */
export interface SubscribeOptions {
  /** Messages are kept under this name while its members are away, and shared among them. */
  readonly group?: string;
  readonly signal?: AbortSignal;
  /** How many messages may be held at once by who gathers them, as windows do. Range: integer 1 to 1,000,000. Default 512. */
  readonly maxInFlight?: number;
}

/**
 * A processor over a transport, as `processor` returns it: the contract, and what makes it pleasant to use. Sending needs
 * no `run`: a handle in one process may send what a handle in another works on.
 */
export interface HostedProcessor<Request, Response, Resources = void, T extends Transport = Transport, Name extends string = string>
  extends Processor<Request, Response, Resources>, AsyncDisposable {
  readonly name: Name;
  readonly transport: T;
  /**
   * Sends a request and does not wait for its response.
   *
   * Promise: resolves with the request's id when the channel has accepted it at the transport's durability.
   * Errors:  `ERR_VALIDATION` with the path, `ERR_ENCODE`, `ERR_TOO_LARGE`, `ERR_UNSUPPORTED`, `ERR_SEND`, `ERR_CLOSED`.
   */
  readonly send: (request: Request, options?: SendOptions<T>) => Promise<string>;
  /** Sends many as one: all are accepted, or it rejects. Resolves with their ids, in order. */
  readonly sendMany: (requests: Iterable<Request>, options?: Omit<SendOptions<T>, "id">) => Promise<readonly string[]>;
  /** Sends a request and waits for its response; throws what the job threw, or `ERR_DEADLINE`, `ERR_CANCELLED`, `ERR_CLOSED`. */
  readonly call: (request: Request, options?: CallOptions<T>) => Promise<Response>;
  /** As `call`, with the error as a value: never rejects. */
  readonly sendReceive: (request: Request, options?: CallOptions<T>) => Promise<Result<Response>>;
  readonly responseReceiver: (options?: SubscribeOptions) => Promise<BatchReceive<ResponseMessage<Response>>>;
  /** A checked frame that is not sent: for transports that enqueue inside a caller's own database transaction. */
  readonly toFrame: (request: Request, options?: SendOptions<T>) => Promise<Frame>;
  /** Cancels a request by id, whoever sent it. `cancelled`: nobody had begun it. `requested`: whoever works on it is told. */
  readonly cancel: (id: string) => Promise<"cancelled" | "requested">;
  /** Takes no requests here until `resume`; what runs goes on. */
  readonly pause: () => void;
  readonly resume: () => void;
  /**
   * The step before `stop`, where several end together: takes nothing more from a durable channel, except while callers in this process wait
   * for its answers. Until the next `run`.
   */
  readonly closeIntake: () => void;
  /** Stops taking requests, waits for what runs, hands the rest back without charge. Calling it again hands back at once. */
  readonly stop: (options?: { readonly graceMs?: number }) => Promise<void>;
  /** Listens to the life of its requests; returns what ends that. */
  readonly on: <Event extends keyof ProcessorEvents>(event: Event, listener: (event: ProcessorEvents[Event]) => void) => () => void;
  /** Stops, answers every caller that still waits, and gives its channels back; again: the same. The transport is not closed: it is yours. */
  readonly close: () => Promise<void>;
}
