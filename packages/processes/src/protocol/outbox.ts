import { Buffer } from "node:buffer";
import { TooLargeError } from "@job-orch/core";
import { MAX_ATTACHMENT_BYTES, MAX_LINE_BYTES } from "./limits.ts";

/** Pieces of text shorter than this are one write. Units: characters. */
const MOST_CHARS = 4 * 1024 * 1024;

const SEPARATOR = "\x1e";

export interface OutboxOptions {
  /** Units: bytes. Default 8 MiB. */
  readonly maxLineBytes?: number;
  /** Whether every frame begins with a separator, which no print does (capability `rs`). */
  readonly separated?: boolean;
}

/**
 * Frames on their way out, gathered so that all that is ready leaves in one write.
 *
 * Errors: `ERR_TOO_LARGE` for a line over the limit; the frames before it are kept, it is not.
 */
export class Outbox {
  readonly #maxLineBytes: number;
  readonly #write: (chunk: string | Buffer) => void;
  readonly #prefix: string;
  #text = "";
  #waiting: (string | Buffer)[] | undefined;

  constructor(write: (chunk: string | Buffer) => void, options: OutboxOptions = {}) {
    this.#write = write;
    this.#prefix = options.separated === true ? SEPARATOR : "";
    this.#maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES;
  }

  get isEmpty(): boolean {
    return this.#text === "" && this.#waiting === undefined;
  }

  /** Text that no `flush` has taken yet. Units: characters. */
  get pendingChars(): number {
    return this.#text.length;
  }

  /** Shape: a line without its line feed. */
  add(line: string): void {
    if (line.length > this.#maxLineBytes / 4) this.#refuseLong(line);
    this.#text += `${this.#prefix}${line}\n`;
    if (this.#text.length > MOST_CHARS) this.#cut();
  }

  /** An attachment, right before the frame that it belongs to. */
  attach(id: number, bytes: Buffer): void {
    if (bytes.byteLength > MAX_ATTACHMENT_BYTES) throw new TooLargeError("a worker's link", MAX_ATTACHMENT_BYTES, bytes.byteLength);
    this.add(`D ${id} ${bytes.byteLength}`);
    this.#cut();
    this.#waiting?.push(bytes);
  }

  flush(): void {
    const text = this.#text;
    const waiting = this.#waiting;
    this.#text = "";
    this.#waiting = undefined;
    for (const chunk of waiting ?? []) this.#write(chunk);
    if (text !== "") this.#write(text);
  }

  #cut(): void {
    (this.#waiting ??= []).push(this.#text);
    this.#text = "";
  }

  #refuseLong(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (bytes > this.#maxLineBytes) throw new TooLargeError("a worker's link", this.#maxLineBytes, bytes);
  }
}
