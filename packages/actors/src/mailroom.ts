import { BusyError } from "@job-orch/core";
import { Ring } from "@job-orch/core/substrate";
import type { Activation } from "./activation.ts";
import type { Message } from "./message.ts";
import type { Settings } from "./options.ts";

/** Keeps the mailboxes within their bounds, each and all together; who finds no room waits in line, first come first served per key. */
export class Mailroom {
  /** How many messages are in mailboxes. */
  count = 0;
  /** How many wait for a place in one. */
  waiting = 0;
  readonly #settings: Settings;
  readonly #find: (message: Message) => Activation | undefined;
  readonly #onPlaced: (activation: Activation, message: Message) => void;
  /** Those for whom all mailboxes together are full. */
  readonly #line = new Ring<Message>();

  /** `find` gives the actor of a message that waited, or ends the message. */
  constructor(
    settings: Settings,
    find: (message: Message) => Activation | undefined,
    onPlaced: (activation: Activation, message: Message) => void,
  ) {
    this.#settings = settings;
    this.#find = find;
    this.#onPlaced = onPlaced;
  }

  /** Whether the message has a place now; otherwise `enqueue` is next. */
  offer(activation: Activation, message: Message): boolean {
    if (this.count >= this.#settings.total || this.#line.length > 0 || activation.mailbox.length >= this.#settings.perKey) return false;
    this.#place(activation, message);
    return true;
  }

  /** Lets the message wait for a place. Errors: `ERR_BUSY` when nobody may wait, or too many do. */
  enqueue(name: string, activation: Activation, message: Message): void {
    const { total, perKey } = this.#settings;
    const full = activation.mailbox.length >= perKey;
    const why = full ? `${perKey} messages wait for "${activation.key}" already` : `${total} messages wait already`;
    if (!this.#settings.waits || this.waiting >= total) throw new BusyError(`actors "${name}"`, why);
    this.waiting++;
    if (full && this.#line.length === 0) activation.beyond.push(message);
    else this.#line.push(message);
  }

  /** Takes the next message of an actor that somebody still wants. */
  take(activation: Activation): Message | undefined {
    for (;;) {
      const message = activation.mailbox.shift();
      if (message === undefined) return undefined;
      this.count--;
      if (this.waiting > 0) this.#moveUp(activation);
      if (!message.ended) return message;
    }
  }

  /** Everything that waits for this actor, in order; its places are free then. */
  empty(activation: Activation): readonly Message[] {
    const messages: Message[] = [];
    for (let message = this.take(activation); message !== undefined; message = this.take(activation)) messages.push(message);
    return messages;
  }

  /** Everyone who waits for a place, to be told that there is none any more. */
  dismiss(activations: Iterable<Activation>): readonly Message[] {
    const messages: Message[] = [];
    for (const line of [this.#line, ...Array.from(activations, ({ beyond }) => beyond)]) {
      for (let message = line.shift(); message !== undefined; message = line.shift()) messages.push(message);
    }
    this.waiting -= messages.length;
    return messages;
  }

  #moveUp(activation: Activation): void {
    const { total, perKey } = this.#settings;
    while (this.count < total && activation.mailbox.length < perKey) {
      const message = activation.beyond.shift();
      if (message === undefined) break;
      this.waiting--;
      if (!message.ended) this.#place(activation, message);
    }
    while (this.count < total) {
      const message = this.#line.shift();
      if (message === undefined) return;
      const home = message.ended ? undefined : this.#find(message);
      if (home !== undefined && home.mailbox.length >= perKey) home.beyond.push(message);
      else {
        this.waiting--;
        if (home !== undefined) this.#place(home, message);
      }
    }
  }

  #place(activation: Activation, message: Message): void {
    this.count++;
    activation.mailbox.push(message);
    message.placed?.();
    message.placed = undefined;
    this.#onPlaced(activation, message);
  }
}
