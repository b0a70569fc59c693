import { Buffer } from "node:buffer";
import type { WireError } from "@job-orch/core";
import { toWireError } from "@job-orch/core/substrate";
import type { ToText } from "@job-orch/link";
import type { Outbox } from "../protocol/outbox.ts";
import { isBuffer, writePayload } from "../protocol/payload.ts";

/** What a worker says of its requests, as frames in its outbox. */
export class Answers {
  readonly #outbox: Outbox;
  readonly #tags: boolean;
  readonly #bin: boolean;

  /** `tags`, `bin`: what the host can read beyond JSON. */
  constructor(outbox: Outbox, { tags, bin }: { readonly tags: boolean; readonly bin: boolean }) {
    this.#outbox = outbox;
    this.#tags = tags;
    this.#bin = bin;
  }

  /** How values leave the runner: as text, or copied where they become attachments; the job may use its memory again. */
  readonly toText: ToText = (value) => (this.#bin && isBuffer(value) ? undefined : writePayload(value, this.#tags));

  /** The text of a response, or a response that has none. */
  respond(id: number, body: unknown): void {
    try {
      if (typeof body === "string") return this.#outbox.add(`K ${id}${body}`);
      this.#outbox.attach(id, Buffer.from(body as Buffer));
      this.#outbox.add(`K ${id}`);
    } catch (error) {
      this.fail(id, error);
    }
  }

  /** An item, as `toText` gave it. Errors: `ERR_TOO_LARGE`: it is not sent. */
  item(id: number, body: unknown): void {
    if (typeof body === "string") return this.#outbox.add(`N ${id}${body}`);
    this.#outbox.attach(id, Buffer.from(body as Buffer));
    this.#outbox.add(`N ${id}`);
  }

  /** Progress or a log line, as `toText` gave it. */
  report(op: "G" | "L", id: number, body: unknown): void {
    try {
      this.#outbox.add(`${op} ${id}${typeof body === "string" ? body : writePayload(body, this.#tags)}`);
    } catch {
      // what cannot be shown is not shown; the job must not fail for it
    }
  }

  fail(id: number, error: unknown): void {
    this.failed(id, toWireError(error));
  }

  /** Of an error that this wire cannot carry whole, what matters most. */
  failed(id: number, error: WireError): void {
    this.#outbox.add(`E ${id}${this.#textOf(error)}`);
  }

  #textOf(error: WireError): string {
    try {
      return writePayload(error, this.#tags);
    } catch {
      const { name, message, code, retry, stack } = error;
      return ` ${JSON.stringify({ name, message, code, retry, stack })}`;
    }
  }
}
