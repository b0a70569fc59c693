import type { Writable } from "node:stream";
import type { LinkEvents } from "@job-orch/link";
import { MAX_UNSENT_BYTES } from "../protocol/limits.ts";

/** What goes to a worker: one that does not read is given nothing more until it does, so that unsent bytes stay few. */
export class Outflow {
  /** For the link: what its worker says of credit holds while there is room. */
  readonly events: LinkEvents;
  readonly #stream: Writable;
  readonly #onCredit: (credit: number) => void;
  #credit = Number.POSITIVE_INFINITY;
  #full = false;

  constructor(stream: Writable, events: LinkEvents) {
    this.#stream = stream;
    this.#onCredit = events.onCredit;
    this.events = {
      ...events,
      onReady: (hello) => {
        this.#credit = hello.credit ?? this.#credit;
        events.onReady(hello);
      },
      onCredit: (credit) => {
        this.#credit = credit;
        if (!this.#full) events.onCredit(credit);
      },
    };
    stream.on("error", () => undefined); // its end follows
    stream.on("drain", () => {
      if (!this.#full) return;
      this.#full = false;
      this.#onCredit(this.#credit);
    });
  }

  readonly write = (chunk: string | Buffer): void => {
    this.#stream.write(chunk);
    if (this.#full || this.#stream.writableLength <= MAX_UNSENT_BYTES) return;
    this.#full = true;
    this.#onCredit(0);
  };

  readonly end = (): void => void this.#stream.end();
}
