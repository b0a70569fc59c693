import type { Clock } from "../clock.ts";
import type { Result } from "../contracts/result.ts";
import { ClosedError, DeadlineError, OptionError } from "../errors/errors.ts";
import { type ErrorClass, fromWireError } from "../errors/wire-error-codec.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Settlement } from "../transport/settlement.ts";
import type { Transport } from "../transport/transport.ts";
import { ACK } from "./attempt.ts";
import { isPromise } from "./awaiting.ts";
import { ById } from "./by-id.ts";
import type { BodyCodec } from "./body-codec.ts";
import { toReplyAddress } from "./reserved-headers.ts";
import { SteadyReceiver } from "./steady-receiver.ts";
import { Sweeper } from "./sweeper.ts";

const REPLIES_PER_TURN = 1024;
const REPLY_LEASE_MS = 60_000;

/** A caller that waits. */
export interface Waiting {
  readonly settle: (result: Result<unknown>) => void;
  /** When it is told that nothing came. Units: milliseconds of the clock's steady time. */
  readonly endsMs: number;
}

export interface ReplyDeskOptions {
  readonly processor: string;
  readonly transport: Transport;
  readonly bodies: BodyCodec;
  readonly errors: readonly ErrorClass[];
  readonly clock: Clock;
  readonly deskId: string;
  /** It has its first caller, or answered its last one. */
  readonly onWaiting: (waits: boolean) => void;
}

/**
 * Where callers wait: one reply channel and one subscription per handle, however many calls. Responses find their caller
 * by id; late and duplicate ones find nobody. Every caller is answered by its deadline, also while there is no connection.
 */
export class ReplyDesk {
  readonly channel: ChannelSpec;
  readonly address: string;
  readonly #options: ReplyDeskOptions;
  readonly #waiting = new ById<Waiting>();
  readonly #sweeper: Sweeper;
  readonly #closing = new AbortController();
  #opening: Promise<void> | undefined;
  #receiver: SteadyReceiver | undefined;
  #listening: Promise<void> | undefined;

  constructor(options: ReplyDeskOptions) {
    this.#options = options;
    this.channel = { name: `reply.${options.deskId}`, mode: "broadcast" };
    this.address = toReplyAddress(this.channel);
    this.#sweeper = new Sweeper(options.clock, (nowMs) => this.#expire(nowMs));
  }

  /** Whether the subscription is live, so that a call need not wait for it. */
  get live(): boolean {
    return this.#receiver !== undefined;
  }

  /** Whether this one still waits: another may have come with its id since. */
  waits(id: string, waiting: Waiting): boolean {
    return this.#waiting.get(id) === waiting;
  }

  /** Subscribes, once. */
  open(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(this.#closed());
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined; // the next call tries again
      throw error;
    });
    return this.#opening;
  }

  /** Puts a caller on the list. Errors: `ERR_OPTION` when one waits under this id already. */
  expect(id: string, waiting: Waiting): void {
    if (this.#closing.signal.aborted) throw this.#closed();
    if (this.#waiting.get(id) !== undefined) throw new OptionError(`A call with the id "${id}" waits already; ids are used once`);
    this.#waiting.add(id, waiting);
    if (this.#waiting.size === 1) this.#options.onWaiting(true);
    if (waiting.endsMs !== Number.POSITIVE_INFINITY) this.#sweeper.note(waiting.endsMs);
  }

  /** Answers a caller from here: refused, aborted, or answered by a cache. */
  answer(id: string, result: Result<unknown>): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return false;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) {
      this.#sweeper.stop();
      this.#options.onWaiting(false);
    }
    waiting.settle(result);
    return true;
  }

  /** Everyone still waiting is told that nothing will come. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const error = this.#closed();
    this.#closing.abort();
    this.#sweeper.stop();
    this.#waiting.each((id) => this.answer(id, { ok: false, error }));
    await this.#opening?.catch(() => undefined);
    await this.#listening;
    await this.#receiver?.close();
  }

  async #open(): Promise<void> {
    const { transport, clock } = this.#options;
    this.#receiver = await SteadyReceiver.open(
      { transport, channel: this.channel, receive: { leaseMs: REPLY_LEASE_MS, maxInFlight: REPLIES_PER_TURN * 4 }, clock },
      this.#closing.signal,
    );
    this.#listening = this.#listen(this.#receiver);
  }

  async #listen(receiver: SteadyReceiver): Promise<void> {
    const { signal } = this.#closing;
    try {
      while (!signal.aborted) {
        const got = receiver.receive(REPLIES_PER_TURN, signal);
        const deliveries = isPromise(got) ? await got : got;
        if (deliveries.length === 0) continue;
        for (const delivery of deliveries) this.#deliver(delivery);
        const settled = receiver.settle(deliveries.map(toAck));
        // A reply that could not be acknowledged comes again, and then finds nobody waiting.
        if (isPromise(settled)) settled.then(undefined, () => undefined);
      }
    } catch (error) {
      this.#opening = undefined;
      this.#receiver = undefined;
      const lost = error instanceof Error ? error : new ClosedError(String(error));
      this.#waiting.each((id) => this.answer(id, { ok: false, error: lost }));
    }
  }

  #deliver({ frame }: Delivery): void {
    const waiting = this.#waiting.get(frame.id);
    if (waiting === undefined) return; // late, or a duplicate
    let result: Result<unknown>;
    try {
      const wire = this.#options.bodies.decodeResult(frame.body);
      result = wire.ok ? wire : { ok: false, error: fromWireError(wire.error, this.#options.errors) };
    } catch (error) {
      result = { ok: false, error: error as Error };
    }
    this.answer(frame.id, result);
  }

  #expire(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    this.#waiting.each((id, { endsMs }) => {
      if (endsMs > nowMs) nextMs = Math.min(nextMs, endsMs);
      else
        this.answer(id, {
          ok: false,
          error: new DeadlineError(`No response from "${this.#options.processor}" to request "${id}" in time; it may still run`),
        });
    });
    return nextMs;
  }

  #closed(): ClosedError {
    return new ClosedError(`The processor "${this.#options.processor}" is closed`);
  }
}

function toAck(delivery: Delivery): Settlement {
  return { delivery, outcome: ACK };
}
