import type { ChannelSpec, Frame } from "@job-orch/core";
import type { FrameWriter } from "./frame-writer.ts";
import type { Op } from "./op.ts";
import type { Settings } from "./options.ts";
import { roomFor, targets, whyHopeless } from "./room.ts";
import { toSendError } from "./sqlite-errors.ts";
import type { Transaction } from "./transaction.ts";

/** One transaction takes this many at most. Units: frames. */
const MOST_PER_TURN = 4_096;

/** One `send`: stored at once, or piece by piece as there is room. */
export class SendOp implements Op {
  readonly stage = "send";
  readonly promise: Promise<void>;
  more = false;
  dropped = false;
  readonly #channel: ChannelSpec;
  readonly #frames: readonly Frame[];
  readonly #signal: AbortSignal;
  readonly #capacity: Settings["capacity"];
  #accepted = 0;
  /** Frames that this turn's transaction stores. */
  #storing = 0;
  #listening = false;
  #waitsForRoom = false;
  #closeError: Error | undefined;
  /** Why waiting for room has no use. */
  #hopeless: Error | undefined;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  constructor(channel: ChannelSpec, frames: readonly Frame[], signal: AbortSignal, capacity: Settings["capacity"]) {
    this.#channel = channel;
    this.#frames = frames;
    this.#signal = signal;
    this.#capacity = capacity;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get weight(): number {
    return this.#waitsForRoom ? 1 : Math.min(this.#left, MOST_PER_TURN);
  }

  get #left(): number {
    return this.#frames.length - this.#accepted;
  }

  run(tx: Transaction, writer: FrameWriter, full: Set<string>): boolean {
    this.#storing = 0;
    this.#hopeless = undefined;
    if (this.#signal.aborted) this.#abort();
    if (this.dropped) return true;
    const { name, mode } = this.#channel;
    const key = `${mode} ${name}`;
    if (full.has(key)) return false; // who came first goes first
    const room = roomFor(tx, this.#channel, this.#frames, this.#accepted, this.#capacity);
    const count = Math.min(room, MOST_PER_TURN);
    if (count > 0) this.#store(tx, writer, count);
    this.more = count < room;
    if (count === this.#left) return true;
    full.add(key);
    const next = this.#frames[this.#accepted + count] as Frame;
    this.#hopeless = this.more ? undefined : whyHopeless(tx, this.#channel, next, this.#accepted + count, this.#capacity);
    return false;
  }

  committed(): void {
    this.#accepted += this.#storing;
    this.#storing = 0;
    if (this.dropped) return;
    if (this.#left > 0) {
      const refusal = this.#hopeless ?? (this.more ? undefined : this.#closeError);
      return refusal === undefined ? this.#waitForRoom() : this.#refuse(refusal);
    }
    this.#end();
    this.#resolve();
  }

  /** Nobody knows for how long, so an abort must be heard. */
  delayed(): void {
    if (this.#signal.aborted) this.#abort();
    else this.#listen();
  }

  failed(error: unknown, committing = false): void {
    if (this.dropped) return;
    this.#end();
    // Who coalesced several sends into this one can tell from `accepted` which of them are stored.
    this.#reject(toSendError(this.#channel.name, error, committing, this.#accepted));
  }

  /** What has to wait for room will not get any; the rest is stored as if nothing happened. */
  close(error: Error): void {
    this.#closeError = error;
    if (this.#waitsForRoom) this.#refuse(error);
  }

  #refuse(error: Error): void {
    this.failed(error);
    this.dropped = true;
  }

  #store(tx: Transaction, writer: FrameWriter, count: number): void {
    const named = this.#channel.mode === "work";
    const queues = targets(tx, this.#channel, this.#capacity);
    for (let index = 0; index < count; index++) {
      for (const queue of queues) writer.add(queue, named, this.#frames[this.#accepted + index] as Frame);
    }
    this.#storing = count;
  }

  readonly #abort = (): void => {
    if (this.dropped) return;
    this.dropped = true;
    this.#end();
    this.#reject(this.#signal.reason);
  };

  #waitForRoom(): void {
    this.#waitsForRoom = true;
    this.#listen();
  }

  /** Only what has to wait listens: most sends are stored in the turn they were made in. */
  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#signal.addEventListener("abort", this.#abort, { once: true });
  }

  #end(): void {
    if (this.#listening) this.#signal.removeEventListener("abort", this.#abort);
  }
}
