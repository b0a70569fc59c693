import { Buffer, isAscii, isUtf8 } from "node:buffer";
import { MAX_ATTACHMENT_BYTES, MAX_LINE_BYTES } from "./limits.ts";
import { PendingBytes } from "./pending-bytes.ts";
import { FrameTooLargeError, ProtocolError } from "./protocol-error.ts";

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const SEPARATOR = "\x1e";
const ATTACHMENT = 0x44; // D
/** Ids stay exact as numbers. */
const MOST_DIGITS = 15;
const EMPTY = Buffer.alloc(0);

/** Who hears of what a parser finds, in the order in which it was sent. */
export interface FrameSink {
  /** Shape: `op` is the code of the letter, `rest` what follows the id and its space: `""` when nothing does. */
  readonly onFrame: (op: number, id: number, rest: string) => void;
  /** The bytes are the receiver's own. */
  readonly onAttachment?: (id: number, bytes: Buffer) => void;
  /** Whether attachments are taken now. */
  readonly mayAttach?: () => boolean;
  /** A line that is no frame, where those are allowed. */
  readonly onStray?: (line: string) => void;
}

export interface FrameParserOptions {
  /** Units: bytes. Default 8 MiB. */
  readonly maxLineBytes?: number;
  /** Units: bytes. Default 64 MiB. */
  readonly maxAttachmentBytes?: number;
}

/**
 * Turns the bytes of one direction of a link into frames, however they were cut on the way.
 *
 * Shape:  without `sink.onStray` every line must be a frame; without `sink.onAttachment` there must be none.
 * Promise: gives the same frames for every way to cut the same bytes. A frame that never ends is never given. Keeps at most
 *          one unfinished line or attachment, and checks its length before it makes room.
 * Errors: `ERR_PROTOCOL` and `ERR_FRAME_TOO_LARGE` out of `push`; the parser is of no more use then. What the sink throws is
 *         passed on, and ends it as well.
 * Source: docs/protocol.md, "Frames"
 */
export class FrameParser {
  /** Whether the text that is being given may hold a field named `__proto__`: looked for once per chunk, not per frame. */
  suspicious = false;

  readonly #sink: FrameSink;
  readonly #maxLineBytes: number;
  readonly #maxAttachmentBytes: number;
  readonly #pending = new PendingBytes();
  #attachment: { readonly id: number; readonly length: number } | undefined;
  /** Every frame so far began with a separator, so one without is a line that only looks like a frame. */
  #separated = false;
  #ended: unknown;

  constructor(sink: FrameSink, options: FrameParserOptions = {}) {
    this.#sink = sink;
    this.#maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES;
    this.#maxAttachmentBytes = options.maxAttachmentBytes ?? MAX_ATTACHMENT_BYTES;
  }

  /** How much of an unfinished frame is kept. Units: bytes. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  /** Whether a frame has begun and not ended. */
  get unfinished(): boolean {
    return this.#pending.length > 0 || this.#attachment !== undefined;
  }

  push(chunk: Uint8Array | string): void {
    if (this.#ended !== undefined) throw this.#ended;
    try {
      let bytes = toBuffer(chunk);
      do bytes = this.#attachment === undefined ? this.#takeLines(bytes) : this.#takeAttachment(bytes, this.#attachment);
      while (bytes.byteLength > 0);
    } catch (error) {
      this.#ended = error ?? new ProtocolError("What heard of the frames threw nothing");
      this.#pending.clear();
      throw error;
    }
  }

  /** Takes whole lines, up to and with the first that announces an attachment. Gives what comes after them. */
  #takeLines(bytes: Buffer): Buffer {
    const end = this.#endOfText(bytes) + 1;
    if (this.#pending.length + (end === 0 ? bytes.byteLength : bytes.indexOf(LINE_FEED)) > this.#maxLineBytes) throw this.#tooLong();
    if (end === 0) {
      this.#pending.append(bytes);
      return EMPTY;
    }
    this.#takeText(this.#pending.takeWith(end === bytes.byteLength ? bytes : bytes.subarray(0, end)));
    const left = end === bytes.byteLength ? EMPTY : bytes.subarray(end);
    if (this.#attachment !== undefined || left.includes(LINE_FEED)) return left;
    if (left.byteLength > this.#maxLineBytes) throw this.#tooLong();
    this.#pending.append(left);
    return EMPTY;
  }

  /** Where the line feed is that ends the text: the last one, or the first that bytes of an attachment may follow. -1 if none. */
  #endOfText(bytes: Buffer): number {
    if (this.#sink.onAttachment === undefined) return bytes.lastIndexOf(LINE_FEED);
    const prints = this.#sink.onStray !== undefined; // a frame may begin in the middle of a line then
    const first = this.#pending.first ?? bytes[0];
    if (first === ATTACHMENT || (prints && this.#pending.length > 0)) return bytes.indexOf(LINE_FEED);
    const before = bytes.indexOf("\nD");
    const within = prints ? bytes.indexOf(`${SEPARATOR}D`) : -1;
    const at = before === -1 || within === -1 ? Math.max(before, within) : Math.min(before, within);
    if (at === -1) return bytes.lastIndexOf(LINE_FEED);
    const end = bytes.indexOf(LINE_FEED, at + 1);
    return end === -1 ? bytes.lastIndexOf(LINE_FEED, at) : end;
  }

  #takeText(bytes: Buffer): void {
    if (isAscii(bytes)) return this.#walk(bytes.toString("latin1"));
    if (isUtf8(bytes)) return this.#walk(bytes.toString("utf8"));
    if (this.#sink.onStray === undefined) throw new ProtocolError("A line is not UTF-8");
    // Somebody printed bytes among the frames: only their own lines are lost.
    for (let start = 0; start < bytes.byteLength;) {
      const end = bytes.indexOf(LINE_FEED, start) + 1;
      const line = bytes.subarray(start, end);
      if (isUtf8(line)) this.#walk(line.toString("utf8"));
      else this.#sink.onStray(line.toString("utf8", 0, line.byteLength - 1));
      start = end;
    }
  }

  /** Gives the frames of a text of whole lines. */
  #walk(text: string): void {
    this.suspicious = text.includes("__proto__") || text.includes("\\u");
    const long = text.length > this.#maxLineBytes / 4; // at most four bytes per character
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      if (long && Buffer.byteLength(text.slice(start, end)) > this.#maxLineBytes) throw this.#tooLong();
      if (this.#separated || !this.#frame(text, start, end)) this.#other(text.slice(start, end));
      start = end + 1;
    }
  }

  /** Gives one frame, if that is what stands there. */
  #frame(text: string, start: number, end: number): boolean {
    const op = text.charCodeAt(start);
    if (op < 0x41 || op > 0x5a || text.charCodeAt(start + 1) !== SPACE) return false;
    let id = 0;
    let at = start + 2;
    for (; at < end; at++) {
      const digit = text.charCodeAt(at) - 0x30;
      if (digit < 0 || digit > 9) break;
      id = id * 10 + digit;
    }
    const digits = at - start - 2;
    if (digits === 0 || digits > MOST_DIGITS || (at < end && text.charCodeAt(at) !== SPACE)) return false;
    const rest = at < end ? text.slice(at + 1, end) : "";
    if (op === ATTACHMENT) this.#announce(id, rest);
    else this.#sink.onFrame(op, id, rest);
    return true;
  }

  /** A line that does not begin as a frame does. */
  #other(line: string): void {
    const { onStray } = this.#sink;
    if (onStray === undefined) throw new ProtocolError(`A line is no frame: it begins with ${JSON.stringify(line.slice(0, 24))}`);
    const at = line.lastIndexOf(SEPARATOR);
    if (at > 0) onStray(line.slice(0, at)); // printed without a line feed at its end
    if (at !== -1 && this.#frame(line, at + 1, line.length)) this.#separated = true;
    else if (at !== 0 || line.length > 1) onStray(at === -1 ? line : line.slice(at + 1));
  }

  #announce(id: number, rest: string): void {
    if (this.#sink.onAttachment === undefined || this.#sink.mayAttach?.() === false)
      throw new ProtocolError("An attachment came, but nobody said that they are taken here");
    if (!/^\d{1,15}$/.test(rest)) throw new ProtocolError("An attachment does not say how long it is");
    const length = Number(rest);
    if (length > this.#maxAttachmentBytes) throw new FrameTooLargeError(`An attachment of ${length} bytes`, this.#maxAttachmentBytes);
    this.#attachment = { id, length };
    if (length === 0) this.#takeAttachment(EMPTY, this.#attachment);
  }

  #takeAttachment(bytes: Buffer, { id, length }: { readonly id: number; readonly length: number }): Buffer {
    const missing = length - this.#pending.length;
    if (bytes.byteLength < missing) {
      this.#pending.append(bytes);
      return EMPTY;
    }
    const all = Buffer.from(this.#pending.takeWith(bytes.subarray(0, missing))); // a copy: the memory is used again
    this.#attachment = undefined;
    this.#sink.onAttachment?.(id, all);
    return bytes.subarray(missing);
  }

  #tooLong(): FrameTooLargeError {
    return new FrameTooLargeError("A line", this.#maxLineBytes);
  }
}

function toBuffer(chunk: Uint8Array | string): Buffer {
  if (typeof chunk === "string") return Buffer.from(chunk);
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
