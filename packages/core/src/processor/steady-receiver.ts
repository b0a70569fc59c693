import type { Clock } from "../clock.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import { ReceiveError } from "../errors/errors.ts";
import { JobError } from "../errors/job-error.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Receiver } from "../transport/receiver.ts";
import type { Settled, Settlement } from "../transport/settlement.ts";
import type { ReceiveOptions, Transport } from "../transport/transport.ts";
import { isPromise, pause, whileWanted } from "./awaiting.ts";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
const NOTHING: readonly Delivery[] = Object.freeze([]);

export interface SteadyReceiverOptions {
  readonly transport: Transport;
  readonly channel: ChannelSpec;
  readonly receive: ReceiveOptions;
  readonly clock: Clock;
  readonly onConnected?: (() => void) | undefined;
  readonly onDisconnected?: ((error: Error) => void) | undefined;
}

/** A receiver that is opened again when its subscription breaks. What it held is then lost to it: the transport delivers it again. */
export class SteadyReceiver {
  readonly #options: SteadyReceiverOptions;
  #receiver: Receiver | undefined;
  #closed = false;

  private constructor(options: SteadyReceiverOptions) {
    this.#options = options;
  }

  /** Opens it; resolves when the subscription is live. A first failure is the caller's to hear of. */
  static async open(options: SteadyReceiverOptions, signal: AbortSignal): Promise<SteadyReceiver> {
    const steady = new SteadyReceiver(options);
    steady.#receiver = await steady.#open(signal);
    options.onConnected?.();
    return steady;
  }

  /** As `Receiver.receive`, over as many connections as it takes. Rejects only when opening again can never succeed. */
  receive(max: number, signal: AbortSignal): Awaitable<readonly Delivery[]> {
    const receiver = this.#receiver;
    if (receiver === undefined) return this.#recover(max, signal);
    try {
      const got = receiver.receive(max, signal);
      if (!isPromise(got)) return got.length > 0 ? got : this.#cameEmpty(receiver, max, signal);
      return got.then(
        (deliveries) => (deliveries.length > 0 ? deliveries : this.#cameEmpty(receiver, max, signal)),
        (error: unknown) => this.#broke(receiver, error, max, signal),
      );
    } catch (error) {
      return this.#broke(receiver, error, max, signal);
    }
  }

  settle(settlements: readonly Settlement[]): Awaitable<Settled> {
    // The loans went with the subscription: what was lent comes again.
    if (this.#receiver === undefined) return { lost: settlements.map(({ delivery }) => delivery) };
    return this.#receiver.settle(settlements);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const receiver = this.#receiver;
    this.#receiver = undefined;
    await receiver?.[Symbol.asyncDispose]();
  }

  #open(signal: AbortSignal): Promise<Receiver> {
    const { transport, channel, receive } = this.#options;
    return whileWanted(transport.receiver(channel, receive, signal), signal);
  }

  /** Nobody aborted, so the receiver was disposed, as a transport that closes does: asking it again would spin for ever. */
  #cameEmpty(receiver: Receiver, max: number, signal: AbortSignal): Awaitable<readonly Delivery[]> {
    if (signal.aborted || this.#closed) return NOTHING;
    return this.#broke(receiver, new ReceiveError(this.#options.channel.name, { retry: "later" }), max, signal);
  }

  async #broke(receiver: Receiver, error: unknown, max: number, signal: AbortSignal): Promise<readonly Delivery[]> {
    if (signal.aborted) return [];
    if (JobError.is(error) && error.retry === "never") throw error;
    this.#options.onDisconnected?.(error instanceof Error ? error : new Error(String(error)));
    if (this.#receiver === receiver) {
      this.#receiver = undefined;
      await Promise.resolve(receiver[Symbol.asyncDispose]()).catch(() => undefined); // it is broken already
    }
    return this.#recover(max, signal);
  }

  async #recover(max: number, signal: AbortSignal): Promise<readonly Delivery[]> {
    const { clock } = this.#options;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        if (this.#receiver === undefined) {
          this.#receiver = await this.#open(signal);
          this.#options.onConnected?.();
        }
        return await this.receive(max, signal);
      } catch (error) {
        if (signal.aborted) break;
        if (JobError.is(error) && error.retry === "never") throw error;
        await pause(clock, pauseMs, signal);
      }
    }
    return [];
  }
}
