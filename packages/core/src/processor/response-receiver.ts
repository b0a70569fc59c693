import type { Clock } from "../clock.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import type { Loan, LoanReceive } from "../contracts/loan-receive.ts";
import type { ResponseMessage } from "../contracts/messages.ts";
import type { Result } from "../contracts/result.ts";
import { ClosedError } from "../errors/errors.ts";
import { type ErrorClass, fromWireError } from "../errors/wire-error-codec.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Settlement } from "../transport/settlement.ts";
import type { Transport } from "../transport/transport.ts";
import { ACK } from "./attempt.ts";
import { isPromise } from "./awaiting.ts";
import type { BodyCodec } from "./body-codec.ts";
import { ResponseLoans } from "./response-loans.ts";
import { SteadyReceiver } from "./steady-receiver.ts";

const MESSAGES_PER_PULL = 256;

export interface ResponseReceiverOptions {
  readonly transport: Transport;
  readonly channel: ChannelSpec;
  readonly group: string | undefined;
  /** How many messages may be held at once. */
  readonly maxInFlight?: number | undefined;
  readonly leaseMs: number;
  readonly bodies: BodyCodec;
  readonly errors: readonly ErrorClass[];
  readonly clock: Clock;
  readonly onClosed: (receiver: ResponseReceiver) => void;
  /** It is opened again; what came meanwhile is missed by one without a group. */
  readonly onDisconnected?: (error: Error) => void;
}

/** The responses of a processor as they come. A message is let go when the next one is asked for; what was not, comes again to its group. */
export class ResponseReceiver implements LoanReceive<ResponseMessage<unknown>> {
  readonly #options: ResponseReceiverOptions;
  readonly #receiver: SteadyReceiver;
  readonly #loans: ResponseLoans;
  readonly #closing = new AbortController();
  #buffer: readonly Delivery[] = [];
  #next = 0;
  /** What was handed out, as it will be let go. */
  #handedOut: Settlement[] = [];
  #pulling: Promise<void> | undefined;
  #joined: { readonly own: AbortSignal; readonly signal: AbortSignal } | undefined;

  private constructor(options: ResponseReceiverOptions, receiver: SteadyReceiver) {
    this.#options = options;
    this.#receiver = receiver;
    const { clock, leaseMs, transport } = options;
    this.#loans = new ResponseLoans(receiver, clock, transport.capabilities.lease === "delivery" ? leaseMs : undefined);
  }

  static async open(options: ResponseReceiverOptions, signal: AbortSignal): Promise<ResponseReceiver> {
    const { transport, channel, group, leaseMs, clock, onDisconnected } = options;
    const receive = { group, leaseMs, maxInFlight: mostHeld(options) };
    return new ResponseReceiver(options, await SteadyReceiver.open({ transport, channel, receive, clock, onDisconnected }, signal));
  }

  readonly receive = async (options?: { readonly signal?: AbortSignal }): Promise<ResponseMessage<unknown>> => {
    for (;;) {
      options?.signal?.throwIfAborted();
      if (this.#closing.signal.aborted) throw this.#closed();
      this.#letGo();
      const delivery = this.#take();
      if (delivery !== undefined) return this.#message(delivery);
      await this.#pull(options?.signal);
    }
  };

  readonly receiveBatch = (max: number, options?: { readonly signal?: AbortSignal }): Awaitable<readonly ResponseMessage<unknown>[]> => {
    this.#letGo();
    if (this.#closing.signal.aborted || options?.signal?.aborted === true) return [];
    if (this.#next < this.#buffer.length) return this.#takeMany(max);
    const got = this.#receiver.receive(Math.min(max, MESSAGES_PER_PULL), this.#signal(options?.signal));
    const keep = (deliveries: readonly Delivery[]): readonly ResponseMessage<unknown>[] => {
      const messages: ResponseMessage<unknown>[] = [];
      for (const delivery of deliveries) {
        this.#handedOut.push({ delivery, outcome: ACK });
        messages.push(this.#message(delivery));
      }
      return messages;
    };
    return isPromise(got) ? got.then(keep) : keep(got);
  };

  get returns(): boolean {
    return this.#options.group !== undefined;
  }

  get room(): number {
    return mostHeld(this.#options) - this.#loans.size - (this.#buffer.length - this.#next);
  }

  readonly receiveLoans = (
    max: number,
    options?: { readonly signal?: AbortSignal },
  ): Awaitable<readonly Loan<ResponseMessage<unknown>>[]> => {
    this.#letGo();
    this.#loans.flush();
    if (this.#closing.signal.aborted || options?.signal?.aborted === true) return [];
    const lend = (deliveries: readonly Delivery[]): readonly Loan<ResponseMessage<unknown>>[] =>
      deliveries.map((delivery) => this.#loans.lend(delivery, this.#message(delivery)));
    if (this.#next < this.#buffer.length) {
      const taken = this.#buffer.slice(this.#next, this.#next + max);
      this.#next += taken.length;
      return lend(taken);
    }
    const got = this.#receiver.receive(Math.min(max, MESSAGES_PER_PULL), this.#signal(options?.signal));
    return isPromise(got) ? got.then(lend) : lend(got);
  };

  async *[Symbol.asyncIterator](): AsyncIterator<ResponseMessage<unknown>> {
    while (!this.#closing.signal.aborted) {
      try {
        yield await this.receive();
      } catch (error) {
        if (this.#closing.signal.aborted) return; // a closed receiver ends the loop quietly
        throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(); // what is in hand was not said to be done with: it comes again to the group
    await this.#pulling;
    await this.#loans.close();
    await this.#receiver.close();
    this.#options.onClosed(this);
  }

  #take(): Delivery | undefined {
    const delivery = this.#buffer[this.#next];
    if (delivery === undefined) return undefined;
    this.#next++;
    this.#handedOut.push({ delivery, outcome: ACK });
    return delivery;
  }

  #takeMany(max: number): readonly ResponseMessage<unknown>[] {
    const messages: ResponseMessage<unknown>[] = [];
    while (messages.length < max) {
      const delivery = this.#take();
      if (delivery === undefined) break;
      messages.push(this.#message(delivery));
    }
    return messages;
  }

  /** One pull for everyone who waits. An aborted wait leaves the pull to the others, and what it brings in the buffer. */
  #pull(signal: AbortSignal | undefined): Promise<void> {
    this.#pulling ??= this.#fill().finally(() => {
      this.#pulling = undefined;
    });
    if (signal === undefined) return this.#pulling;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    this.#pulling.then(resolve, reject);
    return promise.finally(() => signal.removeEventListener("abort", abort));
  }

  async #fill(): Promise<void> {
    const got = await this.#receiver.receive(MESSAGES_PER_PULL, this.#closing.signal);
    this.#buffer = got;
    this.#next = 0;
  }

  #letGo(): void {
    if (this.#handedOut.length === 0) return;
    const settlements = this.#handedOut;
    this.#handedOut = [];
    const settled = this.#receiver.settle(settlements);
    // What could not be let go comes again: at least once.
    if (isPromise(settled)) settled.then(undefined, () => undefined);
  }

  #message({ frame }: Delivery): ResponseMessage<unknown> {
    const { id, headers } = frame;
    const result = this.#result(frame.body);
    return headers === undefined ? { id, result } : { id, result, headers };
  }

  #result(body: unknown): Result<unknown> {
    const { bodies, errors } = this.#options;
    try {
      const wire = bodies.decodeResult(body);
      return wire.ok ? wire : { ok: false, error: fromWireError(wire.error, errors) };
    } catch (error) {
      return { ok: false, error: error as Error };
    }
  }

  #signal(own: AbortSignal | undefined): AbortSignal {
    if (own === undefined) return this.#closing.signal;
    // Who pulls batch after batch comes with the same signal each time.
    if (this.#joined?.own !== own) this.#joined = { own, signal: AbortSignal.any([own, this.#closing.signal]) };
    return this.#joined.signal;
  }

  #closed(): ClosedError {
    return new ClosedError(`The receiver of channel "${this.#options.channel.name}" is closed`);
  }
}

function mostHeld({ maxInFlight }: ResponseReceiverOptions): number {
  return maxInFlight ?? MESSAGES_PER_PULL * 2;
}
