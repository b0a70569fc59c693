import type { WireError } from "../errors/wire-error.ts";
import type { ChannelSpec } from "./channel-spec.ts";
import type { Delivery } from "./delivery.ts";
import type { Frame } from "./frame.ts";

/** How a loan ends, or goes on. */
export type Outcome =
  /** Terminal. `state` is for the record; absent means completed. */
  | { readonly kind: "ack"; readonly state?: "completed" | "cancelled" }
  /** Comes back after `delayMs`. `charge: false` hands it back as if it had not been begun: the attempt is not counted. */
  | { readonly kind: "retry"; readonly delayMs: number; readonly charge: boolean; readonly error?: WireError }
  /** Terminal: kept aside with its reason. */
  | { readonly kind: "dead"; readonly reason: WireError }
  /** Stays on loan for `leaseMs` more, from now. */
  | { readonly kind: "extend"; readonly leaseMs: number };

/** Frames that go out with a settlement. */
export interface Sends {
  readonly channel: ChannelSpec;
  readonly frames: readonly Frame[];
}

export interface Settlement {
  readonly delivery: Delivery;
  readonly outcome: Outcome;
  /** Only set when the transport is `transactional`: applied with the outcome, or not at all. */
  readonly sends?: readonly Sends[] | undefined;
}

/**
 * `lost` lists the deliveries that are no longer on loan to this receiver (the fence moved on): nothing of their
 * settlement was applied, its sends included. Settling twice is not a loss: the first wins and the second does nothing.
 */
export type Settled = { readonly lost: readonly Delivery[] } | undefined;
