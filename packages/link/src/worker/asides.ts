import { headOf, TEXT } from "../wire/frames.ts";
import type { ToText } from "../wire/payload.ts";

/** Progress and log lines beyond this, without letting anybody else have a turn, are dropped: who says so much is not heard. */
const MOST_ASIDES = 10_000;

export interface AsidesOptions {
  readonly toText: ToText;
  readonly say: (head: number, body: unknown) => void;
}

/** Progress and log lines of jobs, in order with their replies, and bounded. */
export class Asides {
  readonly #options: AsidesOptions;
  #count = 0;

  constructor(options: AsidesOptions) {
    this.#options = options;
  }

  readonly add = (slot: number, kind: number, value: unknown): void => {
    if (++this.#count === 1) setImmediate(this.#forget);
    if (this.#count > MOST_ASIDES) return;
    let text: string | undefined;
    try {
      text = this.#options.toText(value);
    } catch {
      return; // what cannot be shown is not shown; the job must not fail for it
    }
    this.#options.say(headOf(kind, text === undefined ? 0 : TEXT, 0, slot), text ?? value);
  };

  readonly #forget = (): void => {
    this.#count = 0;
  };
}
