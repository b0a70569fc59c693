import type { Buffer } from "node:buffer";
import type { DecodeError } from "@job-orch/core";
import { FrameParser, type FrameParserOptions, type FrameSink } from "./frame-parser.ts";
import { type Hello, readHello } from "./hello.ts";
import { MAX_CREDIT } from "./limits.ts";
import { type Cap, WORKER_OPS, type WorkerOp } from "./ops.ts";
import { isRefusal, readPayload } from "./payload.ts";
import { ProtocolError } from "./protocol-error.ts";

/** Everything that a worker may say after its hello, but `hello` itself and attachments, which come with their frame. */
export type Saying = Exclude<WorkerOp, typeof WORKER_OPS.hello>;

/** Who hears of what a worker says. */
export interface HostSink {
  readonly onHello: (hello: Hello) => void;
  /**
   * Shape: `value` is the payload, for a frame without one its attachment, else `undefined`. Of `begun` it is how many requests,
   *        of `taken` whether it was in time, of `credit` the new credit.
   */
  readonly onFrame: (op: Saying, id: number, value: unknown) => void;
  /** A frame of the worker's with a payload that is JSON but must not be let in. The link goes on. */
  readonly onRefused: (op: Saying, id: number, why: DecodeError) => void;
  /** A line that is no frame; such lines are allowed on stdio only, where this is given. */
  readonly onStray?: (line: string) => void;
}

export interface HostReaderOptions extends FrameParserOptions {
  /** What the host offered in `LJP_CAPS`. */
  readonly offered?: readonly Cap[];
}

const KNOWN: ReadonlySet<number> = new Set(Object.values(WORKER_OPS));

/**
 * The host's ear: bytes from a worker in, what it says out.
 *
 * Promise: the hello comes first and once; unknown letters are ignored.
 * Errors:  `ERR_PROTOCOL` and `ERR_FRAME_TOO_LARGE` out of `push`: close the link.
 */
export class HostReader {
  readonly #sink: HostSink;
  readonly #offered: readonly Cap[];
  readonly #parser: FrameParser;
  /** Attachments whose frame has not come yet. */
  readonly #attachments = new Map<number, Buffer>();
  #hello: Hello | undefined;

  constructor(sink: HostSink, options: HostReaderOptions = {}) {
    this.#sink = sink;
    this.#offered = options.offered ?? [];
    const frames: FrameSink = {
      onFrame: (op, id, rest) => this.#onFrame(op, id, rest),
      ...(this.#offered.includes("bin") ? { onAttachment: (id: number, bytes: Buffer) => this.#onAttachment(id, bytes) } : undefined),
      mayAttach: () => this.#hello?.caps.has("bin") === true,
      ...(sink.onStray === undefined ? undefined : { onStray: sink.onStray }),
    };
    this.#parser = new FrameParser(frames, options);
  }

  get hello(): Hello | undefined {
    return this.#hello;
  }

  /** Whether a frame has begun and not ended: it must within `FRAME_TIMEOUT_MS`. */
  get unfinished(): boolean {
    return this.#parser.unfinished;
  }

  push(chunk: Uint8Array | string): void {
    this.#parser.push(chunk);
  }

  #onFrame(op: number, id: number, rest: string): void {
    if (this.#hello === undefined) return this.#onHello(op, rest);
    if (!KNOWN.has(op)) return;
    if (op === WORKER_OPS.hello) throw new ProtocolError("The worker said hello twice");
    const saying = op as Saying;
    let value: unknown;
    try {
      value = rest === "" ? this.#attachmentOf(saying, id) : readPayload(rest, this.#parser.suspicious);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return this.#sink.onRefused(saying, id, error);
    }
    this.#sink.onFrame(saying, id, checked(saying, value));
  }

  #onHello(op: number, rest: string): void {
    if (op !== WORKER_OPS.hello) throw new ProtocolError(`The worker's first frame is ${String.fromCharCode(op)}, not its hello`);
    this.#hello = readHello(readPayload(rest, true), this.#offered);
    this.#sink.onHello(this.#hello);
  }

  #onAttachment(id: number, bytes: Buffer): void {
    // One waits at most: its frame comes next.
    if (this.#attachments.size > 0) throw new ProtocolError("The worker sent an attachment before the frame of the one before it");
    this.#attachments.set(id, bytes);
  }

  #attachmentOf(op: Saying, id: number): Buffer | undefined {
    if (this.#attachments.size === 0 || (op !== WORKER_OPS.response && op !== WORKER_OPS.item)) return undefined;
    const bytes = this.#attachments.get(id);
    this.#attachments.delete(id);
    return bytes;
  }
}

/** The frames whose payload is the protocol's own. */
function checked(op: Saying, value: unknown): unknown {
  switch (op) {
    case WORKER_OPS.begun:
      if (value === undefined) return 1;
      return wholeUpTo(MAX_CREDIT, value, "a begun frame");
    case WORKER_OPS.credit:
      return wholeUpTo(MAX_CREDIT, value, "a credit frame");
    case WORKER_OPS.taken:
      return wholeUpTo(1, value, "a take-back's answer") === 1;
    case WORKER_OPS.failure:
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
      throw new ProtocolError("The worker sent a failure that is no object");
    case WORKER_OPS.response:
    case WORKER_OPS.item:
    case WORKER_OPS.progress:
    case WORKER_OPS.log:
    case WORKER_OPS.ask:
    case WORKER_OPS.pong:
      return value;
  }
}

function wholeUpTo(most: number, value: unknown, what: string): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) return value as number;
  throw new ProtocolError(`The worker sent ${what} without a whole number from 0 to ${most}`);
}
