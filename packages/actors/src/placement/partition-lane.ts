import { Ring } from "@job-orch/core/substrate";
import type { Asking } from "../asking.ts";
import type { ActorHost } from "./actor-host.ts";

/** A message on its way to wherever its actor lives. */
export interface Parcel {
  readonly request: unknown;
  /** On whose behalf: it may be sent when somebody else is at work. */
  readonly asking: Asking;
  readonly resolve: (response: unknown) => void;
  readonly reject: (error: unknown) => void;
  begun: boolean;
  /** How many hosts died while an actor worked on it. */
  crashes: number;
  /** Nobody waits for it any more. */
  ended: boolean;
}

/** The messages of one partition, the host they go to, and what is on its way there. */
export class PartitionLane {
  readonly partition: number;
  /** Grows each time the partition gets another owner; what comes back from an earlier one is not wanted. */
  epoch = 0;
  owner: ActorHost<unknown, unknown> | undefined = undefined;
  isMoving = false;
  readonly waiting = new Ring<Parcel>();
  /** In the order in which they were sent. */
  readonly out = new Set<Parcel>();
  #whenEmpty: (() => void) | undefined;

  constructor(partition: number) {
    this.partition = partition;
  }

  /** Resolves when nothing is on its way. */
  drained(): Promise<void> {
    if (this.out.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#whenEmpty = resolve));
  }

  /** Takes a parcel off the way; false when it was not on it. */
  arrived(parcel: Parcel): boolean {
    const wasOut = this.out.delete(parcel);
    if (this.out.size === 0) {
      this.#whenEmpty?.();
      this.#whenEmpty = undefined;
    }
    return wasOut;
  }

  /** Its owner is gone: what was on its way there, in order. What comes from there from now on is from another epoch. */
  orphan(): readonly Parcel[] {
    const orphans = [...this.out];
    this.epoch++;
    this.owner = undefined;
    for (const parcel of orphans) this.arrived(parcel);
    return orphans;
  }

  /** Puts parcels before all that wait, in their order. */
  requeue(parcels: readonly Parcel[]): void {
    for (const parcel of parcels.toReversed()) this.waiting.unshift(parcel);
  }
}
