import { type Awaitable, type Delivery, OptionError, type Receiver, type Sends, type Settled, type Settlement } from "@job-orch/core";
import { BlockedSettlement } from "./blocked-settlement.ts";
import type { Channels } from "./channels.ts";
import { type LoanOwner, MemoryDelivery, SETTLED } from "./delivery.ts";
import { bury, comeAgain, finish, giveBack } from "./endings.ts";
import { Leases } from "./leases.ts";
import type { Mailbox } from "./mailbox.ts";
import { type Taker, Wait } from "./wait.ts";
import type { Waiters } from "./waiters.ts";

export interface MemoryReceiverOptions {
  readonly mailbox: Mailbox;
  readonly channels: Channels;
  readonly leaseMs: number;
  readonly maxInFlight: number;
  readonly onClose: (receiver: MemoryReceiver) => void;
}

const NONE: readonly Delivery[] = Object.freeze([]);

/** The receiving end of one mailbox. What is ready is handed out, and what is settled is stored, without a promise. */
export class MemoryReceiver implements Receiver, Taker, LoanOwner {
  readonly #mailbox: Mailbox;
  readonly #channels: Channels;
  readonly #maxInFlight: number;
  readonly #leases: Leases;
  readonly #onClose: (receiver: MemoryReceiver) => void;
  /** Settlements whose sends wait for room. */
  readonly #blocked = new Map<MemoryDelivery, BlockedSettlement>();
  #inFlight = 0;
  #closed = false;

  constructor({ mailbox, channels, leaseMs, maxInFlight, onClose }: MemoryReceiverOptions) {
    this.#mailbox = mailbox;
    this.#channels = channels;
    this.#maxInFlight = maxInFlight;
    this.#leases = new Leases(this, mailbox.home.clock, leaseMs);
    this.#onClose = onClose;
    mailbox.takers.add(this);
  }

  readonly receive = (max: number, signal: AbortSignal): Awaitable<readonly Delivery[]> => {
    const mailbox = this.#mailbox;
    if (this.#closed || signal.aborted) return NONE;
    if (mailbox.closed) return mailbox.error === undefined ? NONE : Promise.reject(mailbox.error);
    if (!(max >= 1)) return Promise.reject(new OptionError(`"max" is ${max}; a receive takes at least 1`));
    const taken = mailbox.take(max, this);
    if (taken.length > 0) return taken;
    return new Promise((resolve, reject) => mailbox.park(new Wait(this, max, signal, mailbox.unpark, resolve, reject)));
  };

  readonly settle = (settlements: readonly Settlement[]): Awaitable<Settled> => {
    let lost: Delivery[] | undefined;
    let blocked: Promise<Delivery | undefined>[] | undefined;
    try {
      for (const settlement of settlements) {
        const delivery = this.#find(settlement.delivery);
        if (delivery === undefined || delivery.loan.owner !== this) {
          if (delivery?.loan !== SETTLED) (lost ??= []).push(settlement.delivery);
        } else if (this.#blocked.size === 0 || !this.#blocked.has(delivery)) {
          const { sends } = settlement;
          const lacking = sends === undefined ? undefined : this.#channels.lacking(sends, true);
          if (sends === undefined || lacking === undefined) this.#store(delivery, settlement);
          else (blocked ??= []).push(this.#block(delivery, settlement, sends, lacking));
        }
      }
    } catch (error) {
      return Promise.reject(error);
    } finally {
      this.#mailbox.wake(); // for what came again, and for who could not hold more
    }
    if (blocked !== undefined) return Promise.all(blocked).then((ended) => toSettled([...(lost ?? []), ...ended]));
    return lost === undefined ? undefined : { lost };
  };

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.close();
    this.#onClose(this);
  }

  /** Gives back what it holds and ends its waits. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#mailbox.takers.delete(this);
    this.#mailbox.endWaits(this);
    giveBack(this.#mailbox, this.#leases.drain(), "handed-back");
    for (const settlement of this.#blocked.values()) settlement.lose();
  }

  get room(): number {
    return this.#maxInFlight - this.#inFlight;
  }

  held(): readonly MemoryDelivery[] {
    return this.#leases.held();
  }

  lend(deliveries: MemoryDelivery[], nowMs: number): void {
    this.#inFlight += deliveries.length;
    this.#leases.open(deliveries, nowMs);
  }

  lapse(deliveries: readonly MemoryDelivery[]): void {
    this.#inFlight -= deliveries.length;
    giveBack(this.#mailbox, deliveries, "lost");
  }

  /** Wrappers may hand in copies of what they were given; those are found by id and fence. */
  #find(delivery: Delivery): MemoryDelivery | undefined {
    if (delivery instanceof MemoryDelivery) return delivery;
    return this.held().find(({ frame, fence }) => fence === delivery.fence && frame.id === delivery.frame.id);
  }

  #store(delivery: MemoryDelivery, settlement: Settlement): void {
    if (settlement.outcome.kind !== "extend") this.#inFlight--;
    this.#apply(delivery, settlement);
  }

  /** The outcome and what is sent with it: nothing between them can fail. */
  #apply(delivery: MemoryDelivery, { outcome, sends }: Settlement): void {
    const mailbox = this.#mailbox;
    if (outcome.kind === "extend") this.#leases.extend(delivery, outcome.leaseMs, mailbox.home.clock.now());
    else {
      if (outcome.kind === "ack") finish(mailbox, delivery, outcome.state ?? "completed");
      else if (outcome.kind === "retry") comeAgain(mailbox, delivery, outcome);
      else bury(mailbox, delivery, outcome.reason);
      this.#leases.settle(delivery);
    }
    if (sends !== undefined) this.#channels.accept(sends);
  }

  #block(delivery: MemoryDelivery, settlement: Settlement, sends: readonly Sends[], where: Waiters): Promise<Delivery | undefined> {
    if (settlement.outcome.kind !== "extend") this.#inFlight--;
    this.#leases.extend(delivery, Number.POSITIVE_INFINITY, this.#mailbox.home.clock.now());
    const blocked = new BlockedSettlement(where, {
      delivery: settlement.delivery,
      sends,
      channels: this.#channels,
      apply: () => {
        this.#apply(delivery, settlement);
        this.#mailbox.wake();
      },
      ended: () => this.#blocked.delete(delivery),
    });
    this.#blocked.set(delivery, blocked);
    return blocked.promise;
  }
}

function toSettled(ended: readonly (Delivery | undefined)[]): Settled {
  const lost = ended.filter((delivery) => delivery !== undefined);
  return lost.length === 0 ? undefined : { lost };
}
