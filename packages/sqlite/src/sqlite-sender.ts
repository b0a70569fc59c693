import { type ChannelSpec, ClosedError, type Frame, type Sender } from "@job-orch/core";
import { checkFrames } from "./check-frames.ts";
import type { Settings } from "./options.ts";
import { SendOp } from "./send-op.ts";
import type { Turn } from "./turn.ts";

export interface SqliteSenderOptions {
  readonly channel: ChannelSpec;
  readonly turn: Turn;
  readonly settings: Settings;
  readonly onClose: (sender: SqliteSender) => void;
}

/** The sending end of one channel. */
export class SqliteSender implements Sender {
  readonly #options: SqliteSenderOptions;
  readonly #underWay = new Set<SendOp>();
  #closed = false;

  constructor(options: SqliteSenderOptions) {
    this.#options = options;
  }

  readonly send = async (frames: readonly Frame[], signal: AbortSignal): Promise<void> => {
    const { channel, turn, settings } = this.#options;
    if (this.#closed) throw this.#closedError();
    signal.throwIfAborted();
    checkFrames(channel.name, frames, settings.maxFrameBytes);
    if (frames.length === 0) return;
    const op = new SendOp(channel, frames, signal, settings.capacity);
    this.#underWay.add(op);
    turn.add(op);
    try {
      await op.promise;
    } finally {
      this.#underWay.delete(op);
    }
  };

  /** Waits for what can be stored now; what waits for room is refused. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const op of this.#underWay) op.close(this.#closedError());
    await Promise.allSettled(Array.from(this.#underWay, ({ promise }) => promise));
    this.#options.onClose(this);
  }

  #closedError(): ClosedError {
    return new ClosedError(`The sender of channel "${this.#options.channel.name}" is closed`);
  }
}
