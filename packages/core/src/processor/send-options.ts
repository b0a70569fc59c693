import type { Headers } from "../contracts/headers.ts";
import type { Capabilities } from "../transport/capabilities.ts";
import type { Dedupe } from "../transport/frame.ts";
import type { Transport } from "../transport/transport.ts";

/** What every transport can do for a request. */
export interface BaseSendOptions {
  /**
   * Default: made up. Range: 1 to 200 characters, unique within the processor. A pipeline over several stores takes one that comes again
   * within an hour for a repeat, and hands on the first only.
   */
  readonly id?: string;
  /** After this nobody wants the answer: not begun any more, and aborted when running. Units: epoch milliseconds. */
  readonly deadline?: number;
  /** Range: names that start with `job-orch-` are reserved. */
  readonly headers?: Headers;
  /** Stops waiting for a channel that is full; what was accepted stays accepted. */
  readonly signal?: AbortSignal;
}

/** What a transport can do for a request when it declares the capability in the last type argument of each. */
interface GatedSendOptions<Caps extends Capabilities, Name extends string> {
  /** Not begun before this many milliseconds from now. Needs `delay`. */
  readonly delayMs?: Gate<Caps, Name, "delay", number>;
  /** Not begun before this time. Units: epoch milliseconds, or a `Date`. Needs `delay`. */
  readonly runAt?: Gate<Caps, Name, "delay", Date | number>;
  /** Range: integer 0 to 9, 9 first; default 5. Needs `priority`. */
  readonly priority?: Gate<Caps, Name, "priority", number>;
  /** Requests with an equal key run one at a time, in the order they were sent. Range: 1 to 200 characters. Needs `ordered: "key"`. */
  readonly orderKey?: OrderGate<Caps, Name>;
  /** At most one request with this key at a time (see `dedupe`). Range: 1 to 200 characters. Needs `dedupe`. */
  readonly dedupeKey?: Gate<Caps, Name, "dedupe", string>;
  /** How `dedupeKey` works. Default: dropped while one with the key is pending, for at most 24 hours. */
  readonly dedupe?: Gate<Caps, Name, "dedupe", Partial<Omit<Dedupe, "key">>>;
}

type Gate<Caps extends Capabilities, Name extends string, Power extends keyof Caps, Allowed> = [Caps[Power]] extends [false]
  ? `'${Name}' has no '${Power & string}' capability`
  : Allowed;

type OrderGate<Caps extends Capabilities, Name extends string> = "key" extends Caps["ordered"]
  ? string
  : `'${Name}' does not keep order per key`;

/** Options of `send`, as far as the transport's capabilities allow. */
export type SendOptions<T extends Transport = Transport> = BaseSendOptions & GatedSendOptions<T["capabilities"], T["name"]>;

/** Options of `call` and `sendReceive`. */
export type CallOptions<T extends Transport = Transport> = SendOptions<T> & {
  /** How long to wait for the response. Units: milliseconds; `Infinity` waits for ever. Default: the processor's `callTimeoutMs`. */
  readonly timeoutMs?: number;
};

/** The same, once the gates are passed. */
export interface AnySendOptions extends BaseSendOptions {
  readonly delayMs?: number;
  readonly runAt?: Date | number;
  readonly priority?: number;
  readonly orderKey?: string;
  readonly dedupeKey?: string;
  readonly dedupe?: Partial<Omit<Dedupe, "key">>;
  readonly timeoutMs?: number;
  /**
   * The request on whose behalf this one is sent; hosts use it to recognise a request that killed its worker before, across retries.
   * Core ignores it.
   */
  readonly origin?: string;
}
