import { type Clock, steadyNow } from "../clock.ts";
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
    return this.#broke(receiver, this.#ended(), max, signal);
  }

  async #broke(receiver: Receiver, error: unknown, max: number, signal: AbortSignal): Promise<readonly Delivery[]> {
    if (signal.aborted) return NOTHING;
    await this.#lose(receiver, error);
    return this.#recover(max, signal);
  }

  /** Errors: the one that broke it, when opening again can never succeed. */
  async #lose(receiver: Receiver, error: unknown): Promise<void> {
    if (JobError.is(error) && error.retry === "never") throw error;
    this.#options.onDisconnected?.(error instanceof Error ? error : new Error(String(error)));
    if (this.#receiver !== receiver) return;
    this.#receiver = undefined;
    await Promise.resolve(receiver[Symbol.asyncDispose]()).catch(() => undefined); // it is broken already
  }

  /** One that breaks as soon as it is open is tried more and more slowly, like one that does not open. */
  async #recover(max: number, signal: AbortSignal): Promise<readonly Delivery[]> {
    const { clock } = this.#options;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const sinceMs = steadyNow(clock);
      let receiver = this.#receiver;
      try {
        receiver ??= await this.#reopen(signal);
        const got = await receiver.receive(max, signal);
        if (got.length > 0 || signal.aborted || this.#closed) return got;
        throw this.#ended();
      } catch (error) {
        if (signal.aborted) break;
        if (receiver !== undefined) await this.#lose(receiver, error);
        else if (JobError.is(error) && error.retry === "never") throw error;
        if (steadyNow(clock) - sinceMs > LONGEST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS; // it had held for long
        await pause(clock, pauseMs, signal);
      }
    }
    return NOTHING;
  }

  async #reopen(signal: AbortSignal): Promise<Receiver> {
    const receiver = await this.#open(signal);
    this.#receiver = receiver;
    this.#options.onConnected?.();
    return receiver;
  }

  #ended(): ReceiveError {
    return new ReceiveError(this.#options.channel.name, { retry: "later" });
  }
}
