import { type ChannelSpec, ClosedError, type Frame, type Sender } from "@job-orch/core";
import type { ReferenceStore } from "./store.ts";

/** The sending end of one channel. */
export class ReferenceSender implements Sender {
  readonly channel: ChannelSpec;
  readonly store: ReferenceStore;
  readonly #closing = new AbortController();

  constructor(channel: ChannelSpec, store: ReferenceStore) {
    this.channel = channel;
    this.store = store;
  }

  async send(frames: readonly Frame[], signal: AbortSignal): Promise<void> {
    this.checkOpen();
    signal.throwIfAborted();
    this.store.check(this.channel, frames);
    const ends = AbortSignal.any([signal, this.#closing.signal]);
    await this.store.whileDown(ends);
    for (const frame of frames) {
      await this.store.roomFor([{ channel: this.channel, frames: [frame] }], ends);
      this.checkOpen();
      signal.throwIfAborted();
      this.store.accept(this.channel, [frame]);
    }
  }

  checkOpen(): void {
    if (this.#closing.signal.aborted)
      throw new ClosedError(`Nothing can be sent to channel "${this.channel.name}" any more: its sender is closed`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
  }
}
