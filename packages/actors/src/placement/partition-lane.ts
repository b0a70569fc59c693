import { Ring } from "@job-orch/core/substrate";
import type { Carrier } from "../asking.ts";
import { type Asked, chainTo, Waits, type Waiting } from "../waits.ts";
import type { ActorHost } from "./actor-host.ts";

/** A message on its way to wherever its actor lives. */
export interface Parcel extends Carrier {
  readonly request: unknown;
  /** What it waits for while it cannot be sent. */
  held: Asked | undefined;
  readonly resolve: (response: unknown) => void;
  readonly reject: (error: unknown) => void;
  begun: boolean;
  /** How many hosts died while an actor worked on it. */
  crashes: number;
  /** Nobody waits for it any more. */
  ended: boolean;
}

/** So many that have ended are no matter. */
const FEW = 16;

/** The messages of one partition, the host they go to, and what is on its way there. */
export class PartitionLane implements Waiting {
  readonly partition: number;
  /** Grows each time the partition gets another owner; what comes back from an earlier one is not wanted. */
  epoch = 0;
  owner: ActorHost<unknown, unknown> | undefined = undefined;
  isMoving = false;
  /** The move that is under way, or was the last one. */
  moving: Promise<void> | undefined = undefined;
  /** How many of its parcels have not ended. */
  open = 0;
  readonly waiting = new Ring<Parcel>();
  /** In the order in which they were sent. */
  readonly out = new Set<Parcel>();
  readonly #sendAll: (lane: PartitionLane) => void;
  #whenEmpty: (() => void) | undefined;

  /** `sendAll` sends what waits to the owner. */
  constructor(partition: number, sendAll: (lane: PartitionLane) => void) {
    this.partition = partition;
    this.#sendAll = sendAll;
  }

  /** What waits here while the partition moves waits for all that is on its way. */
  readonly waits = {
    of: (): Iterable<Asked> => Array.from(this.out, ({ carried }) => carried).filter((message) => message !== undefined),
  };

  /** What is on its way waits for what waits here: that goes to the same owner then, before the move. */
  readonly letGoOn = (): boolean => {
    if (this.owner === undefined || this.waiting.length === 0) return false;
    this.#sendAll(this);
    return true;
  };

  /** This cannot be sent now: its asker waits for the move, unless the move would wait for its asker. */
  hold(parcel: Parcel): void {
    const { asker } = parcel.asking;
    if (asker === undefined || asker.isDone || parcel.ended) return;
    const held: Asked = { home: this, key: `partition ${this.partition}`, caller: undefined };
    parcel.held = held;
    chainTo(held, asker); // lets it go on if it has to
    if (parcel.held !== undefined) Waits.begin(asker, held);
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

  /** Forgets those that wait and have ended, once they are many: with no host nobody else takes them out. */
  tidy(): void {
    if (this.waiting.length <= 2 * this.open + FEW) return;
    const kept: Parcel[] = [];
    this.waiting.each((parcel) => void (parcel.ended || kept.push(parcel)));
    this.waiting.clear();
    for (const parcel of kept) this.waiting.push(parcel);
  }

  /** Puts parcels before all that wait, in their order. */
  requeue(parcels: readonly Parcel[]): void {
    for (const parcel of parcels.toReversed()) this.waiting.unshift(parcel);
  }
}
