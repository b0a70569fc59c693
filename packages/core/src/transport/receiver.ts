import type { Awaitable } from "../contracts/awaitable.ts";
import type { Delivery } from "./delivery.ts";
import type { Settled, Settlement } from "./settlement.ts";

/** The receiving end of one channel: pull, in batches. Disposing it gives back what it holds, without charge. */
export interface Receiver extends AsyncDisposable {
  /**
   * Waits for at least one delivery and takes up to `max`, fewer when `maxInFlight` is near.
   *
   * Shape:  empty only when the signal aborted or the receiver was disposed; such a wait has taken nothing.
   * Errors: `ERR_RECEIVE` (the subscription broke), `ERR_CONNECTION`.
   */
  readonly receive: (max: number, signal: AbortSignal) => Awaitable<readonly Delivery[]>;
  /**
   * Ends or extends loans, in one step with what they send on. A delivery stops counting against `maxInFlight` when
   * this is called, not when it resolves.
   *
   * Promise: once settled, the outcomes are stored at the declared durability. Rejected: nothing is known to be stored,
   *          and settling again is safe. Once disposed, everything is in `lost`, or it rejects with `ERR_CLOSED`.
   */
  readonly settle: (settlements: readonly Settlement[]) => Awaitable<Settled>;
}
