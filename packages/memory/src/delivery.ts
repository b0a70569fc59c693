import type { Delivery, Frame } from "@job-orch/core";
import type { Entry } from "./entry.ts";

/** Who holds loans. */
export interface LoanOwner {
  /** A lease ran out: the owner gives these back. */
  readonly lapse: (deliveries: readonly MemoryDelivery[]) => void;
}

/** Frames lent out together: one lease for all of them, so that the bookkeeping is per batch and not per frame. */
export class Loan {
  /** `undefined`: nobody's; see `SETTLED` and `LOST`. */
  readonly owner: LoanOwner | undefined;
  /** A copy: what the receiver got is theirs. */
  readonly deliveries: readonly MemoryDelivery[];
  /** Units: epoch milliseconds. */
  readonly startedMs: number;
  /** On the lease clock, see `Leases`. */
  expiresMs = 0;
  open: number;
  before: Loan | undefined;
  behind: Loan | undefined;

  constructor(owner: LoanOwner | undefined, deliveries: readonly MemoryDelivery[], startedMs: number) {
    this.owner = owner;
    this.deliveries = deliveries;
    this.startedMs = startedMs;
    this.open = deliveries.length;
  }

  /** Those that are still on loan. */
  held(): MemoryDelivery[] {
    return this.deliveries.filter((delivery) => delivery.loan === this);
  }
}

/** Where deliveries point to once they were settled: settling again does nothing. */
export const SETTLED = new Loan(undefined, [], 0);
/** Where they point to once they went back without a settlement: settling is refused. */
export const LOST = new Loan(undefined, [], 0);

export class MemoryDelivery implements Delivery {
  readonly frame: Frame;
  readonly attempt: number;
  readonly fence: number;
  /** Order and time of acceptance of the frame. */
  readonly stamp: number;
  /** The frame's record; plain frames have none. */
  readonly entry: Entry | undefined;
  loan: Loan;

  constructor(frame: Frame, attempt: number, fence: number, stamp: number, entry: Entry | undefined) {
    this.frame = frame;
    this.attempt = attempt;
    this.fence = fence;
    this.stamp = stamp;
    this.entry = entry;
    this.loan = LOST; // until its loan is drawn up
  }
}
