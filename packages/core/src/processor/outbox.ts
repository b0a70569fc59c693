import type { Awaitable } from "../contracts/awaitable.ts";
import { ClosedError, SendError } from "../errors/errors.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Frame } from "../transport/frame.ts";
import type { Sender } from "../transport/sender.ts";
import type { Transport } from "../transport/transport.ts";
import { isPromise, NEVER } from "./awaiting.ts";

/** One call of the transport on its way: frames that were sent in one turn. */
interface Batch {
  readonly frames: Frame[];
  readonly sent: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

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

  constructor(transport: Transport, channel: ChannelSpec) {
    this.#transport = transport;
    this.channel = channel;
  }

  /** Accepts one frame; plain `undefined` when it is accepted already. A frame with a signal goes alone: aborting must not touch others. */
  send(frame: Frame, signal?: AbortSignal): Awaitable<void> {
    if (this.#closed) return Promise.reject(this.#closedError());
    if (signal !== undefined) return this.sendAll([frame], signal);
    if (this.#direct && this.#sender !== undefined) {
      const sent = this.#sender.send([frame], NEVER);
      if (sent === undefined) return;
      this.#direct = false;
      return sent;
    }
    return this.#join(frame);
  }

  /** Accepts frames as one call. */
  sendAll(frames: readonly Frame[], signal: AbortSignal = NEVER): Awaitable<void> {
    if (this.#closed) return Promise.reject(this.#closedError());
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#sender !== undefined) return this.#sender.send(frames, signal);
    return this.#open().then((sender) => sender.send(frames, signal));
  }

  async close(): Promise<void> {
    this.#closed = true;
    const batch = this.#batch;
    if (batch !== undefined) {
      this.#flush(batch);
      await batch.sent.catch(() => {}); // whoever sent it hears of it
    }
    const sender = this.#sender ?? (await this.#opening?.catch(() => undefined));
    await sender?.[Symbol.asyncDispose]();
  }

  #join(frame: Frame): Promise<void> {
    let batch = this.#batch;
    if (batch === undefined) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      batch = this.#batch = { frames: [], sent: promise, resolve, reject };
      const opened = batch;
      queueMicrotask(() => this.#flush(opened));
    }
    const place = batch.frames.push(frame);
    const { sent } = batch;
    if (batch.frames.length >= MOST_FRAMES_PER_BATCH) this.#flush(batch);
    if (place === 1) return sent;
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
      const sent = sender.send(batch.frames, NEVER);
      if (isPromise(sent)) return void sent.then(batch.resolve, batch.reject);
      this.#direct = true;
      batch.resolve();
    } catch (error) {
      batch.reject(error);
    }
  }

  #open(): Promise<Sender> {
    this.#opening ??= this.#transport.sender(this.channel, NEVER).then(
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
  readonly #most: number;

  constructor(transport: Transport, most = 1024) {
    this.#transport = transport;
    this.#most = most;
  }

  to(channel: ChannelSpec): Outbox {
    const key = channel.name;
    const known = this.#byChannel.get(key);
    if (known !== undefined) return known;
    if (this.#byChannel.size >= this.#most) this.#dropOldest();
    const outbox = new Outbox(this.#transport, channel);
    this.#byChannel.set(key, outbox);
    return outbox;
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#byChannel.values(), (outbox) => outbox.close()));
    this.#byChannel.clear();
  }

  #dropOldest(): void {
    for (const [key, outbox] of this.#byChannel) {
      this.#byChannel.delete(key);
      void outbox.close();
      return;
    }
  }
}
