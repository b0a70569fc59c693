import type { Awaitable } from "../contracts/awaitable.ts";
import { ClosedError, SendError } from "../errors/errors.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Frame } from "../transport/frame.ts";
import type { Sender } from "../transport/sender.ts";
import type { Transport } from "../transport/transport.ts";
import { isPromise, NEVER, unlessAborted, whileWanted } from "./awaiting.ts";
import { Batch, type Impatient } from "./batch.ts";

/** Flush early so that a burst within one turn does not become one huge call. */
const MOST_FRAMES_PER_BATCH = 1024;

/**
 * The sending end of one channel: opens its sender on first use, and puts the frames of one turn into one call.
 * A transport that accepts at once (it returned no promise) is called directly: there is no wait to share.
 */
export class Outbox {
  readonly channel: ChannelSpec;
  readonly #transport: Transport;
  #opening: Promise<Sender> | undefined;
  #sender: Sender | undefined;
  #direct = false;
  #batch: Batch | undefined;
  #closed = false;
  /** Sends that are not settled. */
  #underWay = 0;
  #resting = false;
  readonly #closing = new AbortController();

  constructor(transport: Transport, channel: ChannelSpec) {
    this.#transport = transport;
    this.channel = channel;
  }

  /** Accepts one frame; plain `undefined` when it is accepted already. A frame with a signal goes alone: aborting must not touch others. */
  send(frame: Frame, signal?: AbortSignal, sender?: Impatient): Awaitable<void> {
    if (this.#closed) return Promise.reject(this.#closedError());
    if (signal !== undefined) return this.sendAll([frame], signal);
    if (this.#direct && this.#sender !== undefined) {
      const sent = this.#sender.send([frame], NEVER);
      if (sent === undefined) return;
      this.#direct = false;
      return sent;
    }
    return this.#join(frame, sender);
  }

  /** Accepts frames as one call. */
  sendAll(frames: readonly Frame[], signal: AbortSignal = NEVER): Awaitable<void> {
    if (this.#closed) return Promise.reject(this.#closedError());
    if (signal.aborted) return Promise.reject(signal.reason);
    const sent =
      this.#sender === undefined
        ? unlessAborted(this.#open(), signal).then((sender) => sender.send(frames, signal))
        : this.#sender.send(frames, signal);
    if (isPromise(sent)) this.#until(sent);
    return sent;
  }

  /** What is still waiting for its channel to open is refused; what was handed over stays so. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#sender === undefined) this.#closing.abort(this.#closedError());
    // Not waited for: it may wait for room, until its sender is closed.
    if (this.#batch !== undefined) this.#flush(this.#batch);
    const sender = this.#sender ?? (await this.#opening?.catch(() => undefined));
    await sender?.[Symbol.asyncDispose]();
  }

  /** Gives its sender back once nothing is on its way; the next send opens another. */
  rest(): void {
    this.#resting = true;
    if (this.#underWay === 0) this.#giveBack();
  }

  #until(sent: PromiseLike<unknown>): void {
    this.#underWay++;
    const over = (): void => {
      this.#underWay--;
      if (this.#resting && this.#underWay === 0) this.#giveBack();
    };
    sent.then(over, over);
  }

  #giveBack(): void {
    const sender = this.#sender;
    this.#sender = undefined;
    this.#opening = undefined;
    this.#direct = false;
    this.#resting = false;
    sender?.[Symbol.asyncDispose]().then(undefined, () => undefined); // it is not used any more
  }

  #join(frame: Frame, sender: Impatient | undefined): Promise<void> {
    let batch = this.#batch;
    if (batch === undefined) {
      const opened = (batch = this.#batch = new Batch());
      this.#until(opened.sent);
      queueMicrotask(() => this.#flush(opened));
    }
    const place = batch.add(frame, sender);
    const { sent } = batch;
    if (batch.frames.length >= MOST_FRAMES_PER_BATCH) this.#flush(batch);
    return sent.catch((error: unknown) => {
      if (error instanceof SendError && place <= error.accepted) return; // this one was stored before the batch broke
      throw error;
    });
  }

  #flush(batch: Batch): void {
    if (this.#batch !== batch) return;
    this.#batch = undefined;
    const sender = this.#sender;
    if (sender === undefined) {
      this.#open().then((opened) => this.#hand(opened, batch), batch.reject);
    } else this.#hand(sender, batch);
  }

  #hand(sender: Sender, batch: Batch): void {
    try {
      const sent = sender.send(batch.frames, batch.handOver());
      if (isPromise(sent)) return void sent.then(batch.resolve, batch.reject);
      this.#direct = true;
      batch.resolve();
    } catch (error) {
      batch.reject(error);
    }
  }

  #open(): Promise<Sender> {
    const { signal } = this.#closing;
    this.#opening ??= whileWanted(this.#transport.sender(this.channel, signal), signal).then(
      (sender) => {
        this.#sender = sender;
        return sender;
      },
      (error: unknown) => {
        this.#opening = undefined; // the next send tries again
        throw error;
      },
    );
    return this.#opening;
  }

  #closedError(): ClosedError {
    return new ClosedError(`Nothing can be sent to channel "${this.channel.name}" any more: its processor is closed`);
  }
}

/** The outboxes of one transport by channel, bounded: reply channels come and go with their callers. */
export class Outboxes {
  readonly #transport: Transport;
  readonly #byChannel = new Map<string, Outbox>();
  readonly #kept = new Set<Outbox>();
  readonly #most: number;
  #closed = false;

  constructor(transport: Transport, most = 1024) {
    this.#transport = transport;
    this.#most = most;
  }

  /** The outbox of a channel that is used as long as the processor is: never given up for others. */
  keep(channel: ChannelSpec): Outbox {
    const outbox = this.to(channel);
    this.#kept.add(outbox);
    return outbox;
  }

  to(channel: ChannelSpec): Outbox {
    const key = channel.name;
    const known = this.#byChannel.get(key);
    if (known !== undefined) return known;
    if (this.#byChannel.size >= this.#most) this.#dropOldest();
    const outbox = new Outbox(this.#transport, channel);
    if (this.#closed) void outbox.close(); // it refuses, and opens nothing that nobody would close
    else this.#byChannel.set(key, outbox);
    return outbox;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(Array.from(this.#byChannel.values(), (outbox) => outbox.close()));
    this.#byChannel.clear();
  }

  #dropOldest(): void {
    for (const [key, outbox] of this.#byChannel) {
      if (this.#kept.has(outbox)) continue;
      this.#byChannel.delete(key);
      outbox.rest();
      return;
    }
  }
}
