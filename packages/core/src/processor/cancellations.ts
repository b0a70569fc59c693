import type { Clock } from "../clock.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Transport } from "../transport/transport.ts";
import { ACK } from "./attempt.ts";
import { CONTROL } from "./reserved-headers.ts";
import { SteadyReceiver } from "./steady-receiver.ts";

/** Requests that were cancelled before they came by here; the oldest are forgotten first. */
const MOST_REMEMBERED = 10_000;
const CONTROL_LEASE_MS = 60_000;
const CONTROLS_PER_TURN = 256;

/** Listens for cancellations while a processor works, and remembers those that came before their request. */
export class Cancellations {
  readonly #early = new Set<string>();
  readonly #closing = new AbortController();
  #receiver: SteadyReceiver | undefined;
  #listening: Promise<void> | undefined;

  /** Whether the request was cancelled before it came by; asking forgets it. */
  take(id: string): boolean {
    return this.#early.size > 0 && this.#early.delete(id);
  }

  /** Subscribes. `cancel` answers whether the request is running here. */
  async open(
    transport: Transport,
    channel: ChannelSpec,
    clock: Clock,
    cancel: (id: string) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const receive = { leaseMs: CONTROL_LEASE_MS, maxInFlight: CONTROLS_PER_TURN };
    this.#receiver = await SteadyReceiver.open({ transport, channel, receive, clock }, signal);
    this.#listening = this.#listen(this.#receiver, cancel).catch(() => undefined); // without it the work goes on, uncancelled
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#listening;
    await this.#receiver?.close();
  }

  async #listen(receiver: SteadyReceiver, cancel: (id: string) => boolean): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const deliveries = await receiver.receive(CONTROLS_PER_TURN, signal);
      if (deliveries.length === 0) continue;
      for (const { frame } of deliveries) {
        if (frame.headers?.[CONTROL] === "cancel" && !cancel(frame.id)) this.#remember(frame.id);
      }
      await receiver.settle(deliveries.map((delivery) => ({ delivery, outcome: ACK })));
    }
  }

  #remember(id: string): void {
    this.#early.add(id);
    if (this.#early.size <= MOST_REMEMBERED) return;
    for (const oldest of this.#early) {
      this.#early.delete(oldest);
      return;
    }
  }
}
