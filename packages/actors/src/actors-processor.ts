import type { BatchReceive, ErrorClass, Headers, Processor, ResponseMessage, Result } from "@job-orch/core";
import type { ActorEvents, DeadLetter } from "./events.ts";

export interface TellOptions {
  /** Default: made up. Range: 1 to 200 characters. */
  readonly id?: string;
  readonly headers?: Headers;
  /** Not begun any more after this. Units: epoch milliseconds. */
  readonly deadline?: number;
  /** Gives the message up. */
  readonly signal?: AbortSignal;
}

export interface AskOptions extends TellOptions {
  /** How long to wait for the response: who asks an actor says so. Units: milliseconds, finite. */
  readonly timeoutMs: number;
}

export interface ActorCallOptions extends TellOptions {
  /** Units: milliseconds; `Infinity` waits for ever. Default 30,000. */
  readonly timeoutMs?: number;
}

/**
 * Virtual actors as a processor: one per key, each with its state, one message at a time. They begin with the first message or
 * with `run`, and live in this process; behind a queue with `processor(remote(cart), { transport })`, where an `orderKey` that
 * is the actor's key keeps the order in which its messages were sent.
 */
export interface Actors<Request, Response, Name extends string = string> extends Processor<Request, Response>, AsyncDisposable {
  readonly name: Name;
  readonly errors: readonly ErrorClass[];
  /**
   * Sends a message and waits for the response.
   *
   * Errors: what the actor threw; `ERR_DEADLINE`; `ERR_DEADLOCK` at once when the actor waits, over whatever others, for who asks;
   *         `ERR_BUSY` for a full mailbox that does not wait; `ERR_ACTOR_STOPPED`, `ERR_SNAPSHOT`, `ERR_VALIDATION`, `ERR_CLOSED`.
   */
  readonly ask: (request: Request, options: AskOptions) => Promise<Response>;
  /**
   * Sends a message and does not wait for the response. Errors of the actor are its supervision's.
   *
   * Promise: resolves when the message has its place in a mailbox, which is in memory.
   * Errors:  `ERR_BUSY`, `ERR_ACTOR_STOPPED`, `ERR_VALIDATION`, `ERR_CLOSED`; `ERR_DEADLOCK` when an actor fills its own mailbox.
   */
  readonly tell: (request: Request, options?: TellOptions) => Promise<void>;
  /** As `ask`, for those who have a deadline of their own, such as `remote`. */
  readonly call: (request: Request, options?: ActorCallOptions) => Promise<Response>;
  /** As `call`, with the error as a value: never rejects. */
  readonly sendReceive: (request: Request, options?: ActorCallOptions) => Promise<Result<Response>>;
  readonly responseReceiver: (options?: {
    readonly group?: string;
    readonly signal?: AbortSignal;
  }) => Promise<BatchReceive<ResponseMessage<Response>>>;
  /** Listens; returns what ends that. */
  readonly on: <Event extends keyof ActorEvents>(event: Event, listener: (event: ActorEvents[Event]) => unknown) => () => void;
  /** How many actors are in memory. */
  readonly size: () => number;
  /** Lets a stopped actor take messages again, from its last snapshot. Returns whether it was stopped. */
  readonly revive: (key: string) => boolean;
  /** Hands out the messages that died with their actors, the oldest first, at most the last 1,000, and forgets them. */
  readonly takeDead: () => readonly DeadLetter[];
  /** Puts those actors to rest whose keys these are, as far as they have nothing to do. Errors: `ERR_SNAPSHOT`. */
  readonly passivate: (which: (key: string) => boolean) => Promise<void>;
  /**
   * Takes no more messages, works off what waits for at most `graceMs` (default 25,000), answers the rest with `ERR_CLOSED`, and
   * stores the states. `run` lets it take messages again.
   *
   * Errors: `ERR_SNAPSHOT` of the first actor whose state could not be stored; those states stay in memory.
   */
  readonly stop: (options?: { readonly graceMs?: number }) => Promise<void>;
  /** Stops, for good. */
  readonly close: () => Promise<void>;
}
