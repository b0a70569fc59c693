import type { BatchReceive, ErrorClass, Processor, ProcessorEvents, ResponseMessage, Result } from "@job-orch/core";
import type { PoolEvents } from "../host/pool-events.ts";
import type { PoolStats } from "../host/pool-stats.ts";
import type { PoolCallOptions, PoolSendOptions } from "./call-options.ts";
import type { StreamOf } from "./item-stream.ts";

/** What happens to a pool's requests and to its workers. */
export type PooledEvents = ProcessorEvents & PoolEvents;

/**
 * A job on a pool of workers, as a processor: the contract, and what makes it pleasant to use. Workers are started by `run`
 * (or `start`), or by the first request; an idle pool does not keep the process alive.
 */
export interface PooledProcessor<Request, Response, Name extends string = string> extends Processor<Request, Response>, AsyncDisposable {
  readonly name: Name;
  /** The classes that callers get back as such, also behind a queue. */
  readonly errors: readonly ErrorClass[];
  /**
   * Hands a request in and does not wait for its response, which goes to the receivers.
   *
   * Promise: resolves with the request's id when the pool had room for it.
   * Errors:  `ERR_VALIDATION` and `ERR_ENCODE` with the path, `ERR_POOL_FULL`, `ERR_POOL_UNAVAILABLE`, `ERR_CLOSED`.
   */
  readonly send: (request: Request, options?: PoolSendOptions) => Promise<string>;
  readonly sendMany: (requests: Iterable<Request>, options?: Omit<PoolSendOptions, "id">) => Promise<readonly string[]>;
  /**
   * Hands a request in and waits for its response.
   *
   * Errors: what the job threw; `ERR_WORKER_CRASHED`, `ERR_WORKER_START`, `ERR_POOL_UNAVAILABLE`, `ERR_POISON_REQUEST`, `ERR_DEADLINE`,
   *         `ERR_ATTEMPT_TIMEOUT`, `ERR_CANCELLED`, `ERR_CLOSED`.
   */
  readonly call: (request: Request, options?: PoolCallOptions) => Promise<Response>;
  /** As `call`, with the error as a value: never rejects. */
  readonly sendReceive: (request: Request, options?: PoolCallOptions) => Promise<Result<Response>>;
  /**
   * Hands a request in, when the first item is asked for, and reads what its job yields. The job waits while `window` items are
   * on their way or unread.
   *
   * Promise: items come in order, and what came stays; the end or the error comes behind them. Once an item has come the request is
   *          not begun again. A reader who leaves cancels it.
   * Errors:  those of `call`, out of `next`; `ERR_UNSUPPORTED` when the job yields nothing, or its worker cannot; `ERR_ENCODE` for an
   *          item that cannot leave its worker.
   *
   * @example
   * for await (const row of rows.stream(file)) console.log(row);
   */
  readonly stream: StreamOf<Request, Response>;
  readonly responseReceiver: (options?: {
    readonly group?: string;
    readonly signal?: AbortSignal;
  }) => Promise<BatchReceive<ResponseMessage<Response>>>;
  /** Cancels by id. `cancelled`: nobody had begun it. `requested`: its job is told, or it was not found here. */
  readonly cancel: (id: string) => Promise<"cancelled" | "requested">;
  /** Hands out no requests until `resume`; what runs goes on. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Ends the workers when they have ended what they began; what waits is kept for the next `run`. Calling it again ends them at once. */
  readonly stop: (options?: { readonly graceMs?: number }) => Promise<void>;
  /** Listens; returns what ends that. */
  readonly on: <Event extends keyof PooledEvents>(event: Event, listener: (event: PooledEvents[Event]) => void) => () => void;
  /** How the pool is now. */
  readonly stats: () => PoolStats;
  /** Stops, and answers everyone who still waits. The job takes nothing more. A pool that was handed in stays open, and works on what it was asked: whoever made it closes it. */
  readonly close: () => Promise<void>;
}
