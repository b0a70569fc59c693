import { type AssertionError, fail } from "node:assert/strict";
import {
  type Awaitable,
  type Capabilities,
  type ChannelSpec,
  type Clock,
  type Delivery,
  type Frame,
  type FrameOptions,
  type Headers,
  type Outcome,
  type Receiver,
  type ReceiveOptions,
  type Sender,
  type Settled,
  systemClock,
  type Transport,
} from "@job-orch/core";
import { type Core, realCore } from "./core.ts";
import type { Harness, Holder } from "./harness.ts";
import { never } from "./never.ts";

/** Tells the channels of one run from those of any other on the same backend. */
const run = `${Date.now().toString(36)}${Math.floor(Math.random() * 36 ** 4).toString(36)}`;
let serial = 0;

/** Receivers keep what they are given for this long unless a clause says otherwise. Units: milliseconds. */
const LONG_LEASE_MS = 60_000;

export interface Extras {
  readonly headers?: Headers;
  readonly options?: FrameOptions;
}

/** What a clause works with: connections that are closed behind it, and waits that always end. */
export class Bench {
  readonly harness: Harness;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly core: Core;
  readonly #opened: AsyncDisposable[] = [];

  constructor(harness: Harness, transport: Transport, core: Core = realCore) {
    this.harness = harness;
    this.transport = transport;
    this.clock = harness.clock ?? systemClock;
    this.core = core;
    this.#opened.push(transport);
  }

  get capabilities(): Capabilities {
    return this.transport.capabilities;
  }

  get slowMs(): number {
    return this.harness.slowMs;
  }

  get quietMs(): number {
    return this.harness.quietMs;
  }

  /** A name that no other clause and no other run uses. */
  name(label = "c"): string {
    return `${label}-${run}-${++serial}`;
  }

  work(label?: string): ChannelSpec {
    return { name: this.name(label), mode: "work" };
  }

  broadcast(label?: string): ChannelSpec {
    return { name: this.name(label), mode: "broadcast" };
  }

  /** Closes it when the clause is over. */
  keep<Opened extends AsyncDisposable>(opened: Opened): Opened {
    this.#opened.push(opened);
    return opened;
  }

  async open(): Promise<Transport> {
    return this.keep(await this.within(this.harness.open(), "a transport opens"));
  }

  async peer(): Promise<Transport> {
    const peer = this.harness.peer ?? fail("the harness has no peer()");
    return this.keep(await this.within(peer(), "a second connection opens"));
  }

  /** Kills the process when the clause is over, if that has not happened yet. */
  async holder(): Promise<Holder> {
    const crash = this.harness.crash ?? fail("the harness has no crash()");
    const holder = await this.within(crash(), "another process starts", 10 * this.slowMs);
    this.keep({ [Symbol.asyncDispose]: () => holder.kill() });
    return holder;
  }

  /** Closes everything, as a process does when it ends in peace, and opens the backend anew. */
  async reopen(): Promise<Transport> {
    await this.close();
    return this.open();
  }

  async sender(channel: ChannelSpec, transport: Transport = this.transport): Promise<Sender> {
    return this.keep(await this.within(transport.sender(channel, never), "a sender opens"));
  }

  async receiver(channel: ChannelSpec, options: Partial<ReceiveOptions> = {}, transport: Transport = this.transport): Promise<Receiver> {
    const opening = transport.receiver(channel, { leaseMs: LONG_LEASE_MS, maxInFlight: 1_000, ...options }, never);
    return this.keep(await this.within(opening, "a receiver opens"));
  }

  /** A frame whose body is `text`, in the form that the wire takes. */
  frame(text: string, extras: Extras = {}): Frame {
    return { id: this.name("f"), body: this.body(text), headers: extras.headers, options: extras.options };
  }

  /** Frames with the bodies `0`, `1`, `2`… */
  frames(count: number, extras: Extras = {}): Frame[] {
    return Array.from({ length: count }, (_, index) => this.frame(String(index), extras));
  }

  body(text: string): unknown {
    return this.capabilities.wire === "bytes" ? new TextEncoder().encode(text) : { text };
  }

  /** What `frame` put in. */
  text({ frame }: Delivery): string {
    const { body } = frame;
    if (body instanceof Uint8Array) return new TextDecoder().decode(body);
    return (body as { readonly text: string }).text;
  }

  texts(deliveries: readonly Delivery[]): string[] {
    return deliveries.map((delivery) => this.text(delivery));
  }

  /** Opens a sender, sends, and waits until it is accepted. */
  async send(channel: ChannelSpec, frames: readonly Frame[], transport: Transport = this.transport): Promise<void> {
    const sender = await this.sender(channel, transport);
    await this.accepted(sender, frames);
  }

  /** Sends with a sender at hand. */
  async accepted(sender: Sender, frames: readonly Frame[], signal = never): Promise<void> {
    await this.within(sender.send(frames, signal), "a send is accepted");
  }

  /** Receives until it has so many deliveries. */
  async take(receiver: Receiver, count: number, withinMs = this.slowMs): Promise<Delivery[]> {
    const taken: Delivery[] = [];
    const endsMs = this.clock.now() + withinMs;
    while (taken.length < count) {
      const more = await this.receive(receiver, count - taken.length, Math.max(0, endsMs - this.clock.now()));
      if (more.length === 0) fail(`${taken.length} of ${count} deliveries came within ${withinMs} ms`);
      taken.push(...more);
    }
    return taken;
  }

  async takeOne(receiver: Receiver, withinMs?: number): Promise<Delivery> {
    const [delivery] = await this.take(receiver, 1, withinMs);
    return delivery ?? fail("nothing was delivered");
  }

  /** One receive that is called off after so long; empty when nothing came. */
  async receive(receiver: Receiver, max: number, forMs: number): Promise<readonly Delivery[]> {
    const over = new AbortController();
    const timer = this.clock.after(forMs, () => over.abort());
    try {
      return await this.within(receiver.receive(max, over.signal), "an aborted receive ends", forMs + this.slowMs);
    } finally {
      timer.cancel();
    }
  }

  /** Watches a receiver for a while: nothing may come. */
  async quiet(receiver: Receiver, what: string, forMs = this.quietMs): Promise<void> {
    const came = await this.receive(receiver, 100, forMs);
    if (came.length > 0) fail(`${what}, but ${came.length} came: ${this.texts(came).slice(0, 5).join(", ")}`);
  }

  async settle(receiver: Receiver, deliveries: readonly Delivery[], outcome: Outcome): Promise<Settled> {
    return this.within(receiver.settle(deliveries.map((delivery) => ({ delivery, outcome }))), `a settle (${outcome.kind}) is stored`);
  }

  async ack(receiver: Receiver, deliveries: readonly Delivery[]): Promise<void> {
    await this.settle(receiver, deliveries, { kind: "ack" });
  }

  /** Comes again at once; the attempt counts. */
  async retry(receiver: Receiver, deliveries: readonly Delivery[], delayMs = 0): Promise<void> {
    await this.settle(receiver, deliveries, { kind: "retry", delayMs, charge: true });
  }

  /** The value of a promise, which must not take longer than so long. */
  async within<Value>(value: Awaitable<Value>, what: string, withinMs = this.slowMs): Promise<Value> {
    const late = Promise.withResolvers<never>();
    const timer = this.clock.after(withinMs, () => late.reject(lateness(what, withinMs)));
    late.promise.catch(() => undefined);
    try {
      return await Promise.race([value, late.promise]);
    } finally {
      timer.cancel();
    }
  }

  /** Waits until something is so. */
  async until(isSo: () => boolean, what: string, withinMs = this.slowMs): Promise<void> {
    const endsMs = this.clock.now() + withinMs;
    while (!isSo()) {
      if (this.clock.now() >= endsMs) fail(`${what}: not so within ${withinMs} ms`);
      await this.pause(2);
    }
  }

  /** Lets time pass. Units: milliseconds. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(delayMs, resolve));
  }

  /** Whether it is still pending after a while. */
  async staysPending(promise: PromiseLike<unknown>, forMs = this.quietMs): Promise<boolean> {
    const pending = Symbol("pending");
    const settled = promise.then(
      () => undefined,
      () => undefined,
    );
    return (await Promise.race([settled, this.pause(forMs).then(() => pending)])) === pending;
  }

  /** What a call fails with. */
  async failure(call: () => Awaitable<unknown>, what: string): Promise<unknown> {
    try {
      await this.within(call(), what);
    } catch (error) {
      if (isLateness(error)) throw error;
      return error;
    }
    return fail(`${what}: it did not fail`);
  }

  /** A call must fail with one of these codes. */
  async refused(call: () => Awaitable<unknown>, codes: readonly string[], what: string): Promise<void> {
    const error = await this.failure(call, what);
    const code = (error as { readonly code?: unknown } | undefined)?.code;
    if (typeof code !== "string" || !codes.includes(code))
      fail(`${what}: wanted ${codes.join(" or ")}, not ${String(code)} (${String(error)})`);
  }

  /** Closes everything, newest first. */
  async close(): Promise<void> {
    const opened = this.#opened.splice(0).reverse();
    for (const one of opened) await this.within(one[Symbol.asyncDispose](), "what a clause opened closes");
  }
}

const latenesses = new WeakSet<object>();

function lateness(what: string, withinMs: number): AssertionError {
  try {
    return fail(`${what}: not within ${withinMs} ms`);
  } catch (error) {
    latenesses.add(error as object);
    return error as AssertionError;
  }
}

function isLateness(error: unknown): boolean {
  return typeof error === "object" && error !== null && latenesses.has(error);
}
