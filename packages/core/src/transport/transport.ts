import type { Capabilities } from "./capabilities.ts";
import type { ChannelSpec } from "./channel-spec.ts";
import type { Receiver } from "./receiver.ts";
import type { Sender } from "./sender.ts";

/** Everything an adapter author writes: two factories over a store or a wire that moves bytes in batches. */
export interface Transport<out Caps extends Capabilities = Capabilities> extends AsyncDisposable {
  /** The technology, for messages: `memory`, `sqlite`, `redis`. Core never branches on it. */
  readonly name: string;
  readonly capabilities: Caps;
  readonly sender: (channel: ChannelSpec, signal: AbortSignal) => Promise<Sender>;
  /** Promise: resolves only when the subscription is live: a frame sent afterwards is not missed. */
  readonly receiver: (channel: ChannelSpec, options: ReceiveOptions, signal: AbortSignal) => Promise<Receiver>;
}

export interface ReceiveOptions {
  /**
   * Broadcast channels only: members of a group share; needs `groups`, else `receiver` rejects with `ERR_UNSUPPORTED`.
   * Absent: an anonymous receiver that leaves no trace.
   */
  readonly group?: string | undefined;
  /** Units: milliseconds. How long a delivery stays on loan when the transport's `lease` is `delivery`. */
  readonly leaseMs: number;
  /** Never more unsettled deliveries than this at one receiver. */
  readonly maxInFlight: number;
}
