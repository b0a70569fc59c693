import { type Awaitable, ClosedError, type Frame, SendError, type Sender } from "@job-orch/core";
import type { Channel } from "./channel.ts";
import { checkFrames } from "./check-frames.ts";
import type { Waiter } from "./waiters.ts";

/** The sending end of one channel. What fits is accepted at once, without a promise. */
export class MemorySender implements Sender {
  readonly #channel: Channel;
  readonly #onClose: (sender: MemorySender) => void;
  readonly #waiting = new Set<BlockedSend>();
  #closed = false;

  constructor(channel: Channel, onClose: (sender: MemorySender) => void) {
    this.#channel = channel;
    this.#onClose = onClose;
  }

  readonly send = (frames: readonly Frame[], signal: AbortSignal): Awaitable<void> => {
    const channel = this.#channel;
    if (this.#closed)
      return Promise.reject(new ClosedError(`Nothing can be sent to channel "${channel.name}" any more: its sender is closed`));
    if (signal.aborted) return Promise.reject(signal.reason);
    try {
      checkFrames(frames);
    } catch (error) {
      return Promise.reject(error);
    }
    if (channel.waiters.size === 0 && channel.roomFor(frames, 0) === frames.length) return channel.accept(frames);
    return this.#wait(new BlockedSend(channel, frames, signal));
  };

  /** Ends it; what waits for room is told by who closes. */
  close(): void {
    this.#closed = true;
  }

  /** What waits for room is refused: nobody may be there any more to take anything. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const send of this.#waiting) send.refuse();
    this.#onClose(this);
  }

  async #wait(send: BlockedSend): Promise<void> {
    this.#waiting.add(send);
    try {
      await send.promise;
    } finally {
      this.#waiting.delete(send);
    }
  }
}

/** Frames that wait for room: those that fit go in as others leave, in order. */
class BlockedSend implements Waiter {
  readonly promise: Promise<void>;
  readonly #channel: Channel;
  readonly #frames: readonly Frame[];
  readonly #signal: AbortSignal;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  #accepted = 0;

  constructor(channel: Channel, frames: readonly Frame[], signal: AbortSignal) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.promise = promise;
    this.#channel = channel;
    this.#frames = frames.slice(); // the caller may use the array again before there is room
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener("abort", this);
    channel.waiters.add(this);
    channel.waiters.flush();
  }

  attempt(): boolean {
    const room = this.#channel.roomFor(this.#frames, this.#accepted);
    if (room > 0) this.#channel.accept(this.#frames.slice(this.#accepted, this.#accepted + room));
    this.#accepted += room;
    if (this.#accepted < this.#frames.length) return false;
    this.#end();
    this.#resolve();
    return true;
  }

  /** Its sender is closed. Says how many were accepted before. */
  refuse(): void {
    const { name } = this.#channel;
    const closed = new ClosedError(`The sender of channel "${name}" was closed while it waited for room`);
    this.#channel.waiters.remove(this);
    this.fail(
      this.#accepted === 0
        ? closed
        : new SendError(name, { retry: "later", accepted: this.#accepted, cause: closed, why: "its sender was closed" }),
    );
  }

  fail(error: Error): void {
    this.#end();
    this.#reject(error);
  }

  /** The signal aborted: what was accepted stays so, the rest is not sent. */
  handleEvent(): void {
    this.#channel.waiters.remove(this);
    this.fail(this.#signal.reason);
  }

  #end(): void {
    this.#signal.removeEventListener("abort", this);
  }
}
