import {
  type Delivery,
  type Outcome,
  type Receiver,
  ReceiveError,
  type ReceiveOptions,
  type Settled,
  type Settlement,
} from "@job-orch/core";
import type { Entry } from "./entry.ts";
import type { ReferenceQueue } from "./queue.ts";
import type { ReferenceStore } from "./store.ts";

export interface ReferenceReceiverOptions {
  readonly channel: string;
  readonly queue: ReferenceQueue;
  readonly store: ReferenceStore;
  readonly options: ReceiveOptions;
  readonly onClose: (receiver: ReferenceReceiver) => void;
}

/** The receiving end of one queue. */
export class ReferenceReceiver implements Receiver {
  readonly held = new Set<Entry>();
  readonly queue: ReferenceQueue;
  readonly store: ReferenceStore;
  readonly #options: ReferenceReceiverOptions;
  readonly #borrowed = new WeakMap<Delivery, Entry>();
  readonly #settled = new WeakSet<Delivery>();
  readonly #closing = new AbortController();

  constructor(options: ReferenceReceiverOptions) {
    this.queue = options.queue;
    this.store = options.store;
    this.#options = options;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  async receive(max: number, signal: AbortSignal): Promise<readonly Delivery[]> {
    const ends = AbortSignal.any([signal, this.#closing.signal]);
    for (;;) {
      await this.store.whileDown(ends);
      if (ends.aborted) return [];
      if (this.queue.broken) throw new ReceiveError(this.#options.channel, { retry: "later", cause: "it did not keep up" });
      this.queue.expire(); // what it lost makes room
      const taken = this.queue.take(this.roomFor(max), this, this.#options.options.leaseMs);
      if (taken.length > 0) return taken;
      await this.queue.change(ends);
    }
  }

  roomFor(max: number): number {
    return Math.min(max, this.#options.options.maxInFlight - this.held.size);
  }

  /** Notes what was lent to it. */
  borrow(entry: Entry, delivery: Delivery): Delivery {
    this.held.add(entry);
    this.#borrowed.set(delivery, entry);
    return delivery;
  }

  async settle(settlements: readonly Settlement[]): Promise<Settled> {
    await this.store.whileDown(this.#closing.signal);
    this.queue.expire();
    const lost: Delivery[] = [];
    const open: Settlement[] = [];
    for (const settlement of settlements) {
      if (this.isHeld(settlement.delivery)) open.push(settlement);
      else if (!this.#settled.has(settlement.delivery)) lost.push(settlement.delivery);
    }
    const sends = open.flatMap((settlement) => this.sendsOf(settlement));
    await this.store.roomFor(sends, this.#closing.signal);
    for (const settlement of open) if (this.isHeld(settlement.delivery)) this.apply(settlement);
    for (const { channel, frames } of sends) this.store.accept(channel, frames);
    this.queue.changes.tell();
    return lost.length === 0 ? undefined : { lost };
  }

  isHeld(delivery: Delivery): boolean {
    const entry = this.#borrowed.get(delivery);
    return entry?.holder === this && entry.fence === delivery.fence;
  }

  sendsOf(settlement: Settlement): NonNullable<Settlement["sends"]> {
    return settlement.sends ?? [];
  }

  apply({ delivery, outcome }: Settlement): void {
    const entry = this.#borrowed.get(delivery) as Entry;
    if (outcome.kind !== "extend") this.#settled.add(delivery);
    this.close(entry, outcome);
  }

  close(entry: Entry, outcome: Outcome): void {
    const { queue } = this;
    if (outcome.kind === "ack") queue.end(entry, outcome.state ?? "completed");
    else if (outcome.kind === "dead") queue.end(entry, "dead", outcome.reason);
    else if (outcome.kind === "retry")
      queue.comeBack(entry, {
        outcome: outcome.charge ? "retried" : "handed-back",
        delayMs: outcome.delayMs,
        charge: outcome.charge,
        error: outcome.error,
      });
    else if (entry.leaseEndsMs !== Number.POSITIVE_INFINITY) entry.leaseEndsMs = queue.nowMs + outcome.leaseMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return;
    this.#closing.abort();
    this.giveBack();
    this.#options.onClose(this);
  }

  /** What it holds comes back, without charge. */
  giveBack(): void {
    for (const entry of this.held) this.queue.comeBack(entry, { outcome: "handed-back", delayMs: 0, charge: false });
    this.queue.changes.tell();
  }

  /** Its process is gone: nobody gives anything back. `leaseMs`: how long until that is noticed. */
  die(leaseMs: number): void {
    this.#closing.abort();
    for (const entry of this.held) entry.leaseEndsMs = Math.min(entry.leaseEndsMs, this.queue.nowMs + leaseMs);
    this.queue.changes.tell();
    this.#options.onClose(this);
  }
}
