import { Ring } from "@job-orch/core/substrate";
import type { Activation } from "./activation.ts";
import type { Message } from "./message.ts";

/** So many messages of one actor, and of all, before the others and the event loop have their turn. */
const PER_TURN = 64;
const PER_DRAIN = 2_048;

export interface TurnsOptions {
  /** How many messages are worked on at once. */
  readonly concurrency: number;
  /** Works on an actor's messages, at most so many; returns how many it were. */
  readonly work: (activation: Activation, most: number) => number;
  /** Told before the first of some turns, and when nobody is left who could have one. */
  readonly onBegin: () => void;
  readonly onEnd: () => void;
}

/** Gives the actors that have something to do their turns, in order, as far as there are slots. */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #ready = new Ring<Activation>();
  /** Slots that are taken. */
  #running = 0;
  #isScheduled = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** It waits for its turn. */
  add(activation: Activation): void {
    activation.isReady = true;
    this.#ready.push(activation);
    this.#schedule();
  }

  take(): void {
    this.#running++;
  }

  free(): void {
    this.#running--;
    if (this.#ready.length > 0) this.#schedule();
  }

  /** A message takes a slot until it is `letGo`. */
  hold(message: Message): void {
    message.holdsSlot = true;
    this.take();
  }

  letGo(message: Message): void {
    if (!message.holdsSlot) return;
    message.holdsSlot = false;
    this.free();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#running >= this.#options.concurrency) return;
    this.#isScheduled = true;
    queueMicrotask(this.#drain);
  }

  readonly #drain = (): void => {
    const { concurrency, work, onBegin, onEnd } = this.#options;
    let left = PER_DRAIN;
    try {
      onBegin();
      while (left > 0 && this.#running < concurrency) {
        const activation = this.#ready.shift();
        if (activation === undefined) break;
        activation.isReady = false;
        left -= work(activation, Math.min(left, PER_TURN));
      }
    } finally {
      // Only now: what became ready meanwhile had its turn, or waits until the event loop had one.
      this.#isScheduled = this.#ready.length > 0 && this.#running < concurrency;
      if (this.#isScheduled) setImmediate(this.#drain);
    }
    if (!this.#isScheduled) onEnd();
  };
}
