import { type Clock, DeadlineError } from "@job-orch/core";
import { Sweeper } from "@job-orch/core/substrate";
import type { Message } from "./message.ts";

/** Messages whose senders stop waiting at some time: a list through the messages themselves, and one timer for all. */
export class Deadlines {
  readonly #sweeper: Sweeper;
  readonly #onLate: (message: Message, error: DeadlineError) => void;
  readonly #name: string;
  #first: Message | undefined;

  constructor(name: string, clock: Clock, onLate: (message: Message, error: DeadlineError) => void) {
    this.#name = name;
    this.#onLate = onLate;
    this.#sweeper = new Sweeper(clock, (nowMs) => this.#sweep(nowMs));
  }

  add(message: Message): void {
    message.later = this.#first;
    if (this.#first !== undefined) this.#first.earlier = message;
    this.#first = message;
    this.#sweeper.note(endsOf(message));
  }

  remove(message: Message): void {
    const { earlier, later } = message;
    if (earlier === undefined && this.#first !== message) return; // is not in the list
    if (earlier === undefined) this.#first = later;
    else earlier.later = later;
    if (later !== undefined) later.earlier = earlier;
    message.earlier = undefined;
    message.later = undefined;
    if (this.#first === undefined) this.#sweeper.stop();
  }

  #sweep(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    const late: Message[] = [];
    for (let message = this.#first; message !== undefined; message = message.later) {
      const endsMs = endsOf(message);
      if (endsMs <= nowMs) late.push(message);
      else nextMs = Math.min(nextMs, endsMs);
    }
    for (const message of late) {
      this.#onLate(
        message,
        new DeadlineError(`The actor "${message.key}" of "${this.#name}" did not answer in time; it may still work on it`),
      );
    }
    return nextMs;
  }
}

function endsOf({ endsMs = Number.POSITIVE_INFINITY }: Message): number {
  return endsMs;
}
