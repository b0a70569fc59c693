import type { Timer } from "../clock.ts";
import { ACK } from "../processor/attempt.ts";
import { isPromise } from "../processor/awaiting.ts";
import type { Engine } from "../processor/engine.ts";
import { Settler } from "../processor/settler.ts";
import type { SteadyReceiver } from "../processor/steady-receiver.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Sends, Settlement } from "../transport/settlement.ts";

/** How long a response waits when the next stage's channel did not take its request. Units: milliseconds. */
const RESEND_AFTER_MS = 1_000;

/** What a link has on loan: kept on loan while it is worked on, then settled. */
export class Loans {
  readonly #from: Engine;
  readonly #receiver: SteadyReceiver;
  readonly #settler: Settler<Settlement>;
  readonly #held = new Set<Delivery>();
  readonly #later = new Set<Timer>();
  #extension: Timer | undefined;
  #closed = false;

  constructor(from: Engine, channel: ChannelSpec, receiver: SteadyReceiver) {
    this.#from = from;
    this.#receiver = receiver;
    const { transport, outboxes } = from;
    const { clock } = from.settings.environment;
    const { transactional } = transport.capabilities;
    const ignore = (): void => undefined;
    this.#settler = new Settler({ processor: channel.name, receiver, outboxes, transactional, clock, onStored: ignore, onTrouble: ignore });
    if (transport.capabilities.lease === "delivery") this.#extendSoon();
  }

  take(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) this.#held.add(delivery);
  }

  /** What it became was accepted, or is with this settlement. */
  end(delivery: Delivery, sends?: readonly Sends[]): void {
    this.#settle({ delivery, outcome: ACK, sends });
  }

  /** What it became was not accepted: it comes again, a little later. */
  again(delivery: Delivery): void {
    if (this.#closed) return;
    const { capabilities } = this.#from.transport;
    if (capabilities.delay) return this.#settle({ delivery, outcome: { kind: "retry", delayMs: RESEND_AFTER_MS, charge: false } });
    const timer = this.#from.settings.environment.clock.after(RESEND_AFTER_MS, () => {
      this.#later.delete(timer);
      this.#settle({ delivery, outcome: { kind: "retry", delayMs: 0, charge: false } });
    });
    this.#later.add(timer);
  }

  /** Hands over what was settled in this turn; waits while calls are on their way, so that what comes next can keep up. */
  async flush(): Promise<void> {
    this.#settler.flush();
    if (this.#settler.underWay > 0) await this.#settler.progress();
  }

  /** Waits no longer for a store that is away. */
  abandon(): void {
    this.#settler.abandon();
  }

  /** Waits until what was settled is stored, as long as the grace period. What is still held goes back with the subscription. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#later) timer.cancel();
    const { graceMs, environment } = this.#from.settings;
    const giveUp = environment.clock.after(Math.max(graceMs, RESEND_AFTER_MS), () => this.#settler.abandon());
    await this.#settler.drain();
    giveUp.cancel();
    this.#extension?.cancel();
  }

  #settle(settlement: Settlement): void {
    if (!this.#held.delete(settlement.delivery)) return;
    this.#settler.add(settlement);
    queueMicrotask(() => this.#settler.flush());
  }

  #extendSoon(): void {
    const { leaseMs, environment } = this.#from.settings;
    this.#extension = environment.clock.after(leaseMs / 3, () => {
      this.#extend();
      this.#extendSoon();
    });
  }

  #extend(): void {
    if (this.#held.size === 0) return;
    const outcome = { kind: "extend", leaseMs: this.#from.settings.leaseMs } as const;
    try {
      const settled = this.#receiver.settle(Array.from(this.#held, (delivery) => ({ delivery, outcome })));
      // A failure is no news: the next turn tries again, and a lease that is really lost shows when it is settled.
      if (isPromise(settled)) settled.then(undefined, () => undefined);
    } catch {}
  }
}
