import type { MemoryDelivery } from "./delivery.ts";

/** Takes deliveries out of a mailbox. */
export interface Taker {
  /** How many more it may hold. */
  readonly room: number;
  /** What is on loan to it. */
  readonly held: () => readonly MemoryDelivery[];
  /** Draws up the loan of what was just taken. */
  readonly lend: (deliveries: MemoryDelivery[], nowMs: number) => void;
}

type Resolve = (deliveries: readonly MemoryDelivery[]) => void;

/**
 * One `receive` that found nothing and waits. Once it is over it holds on to nothing: what a signal has had for a listener
 * lives on for a while in V8's old space, and would keep the deliveries, batch after batch.
 */
export class Wait {
  readonly taker: Taker;
  readonly max: number;
  readonly #signal: AbortSignal;
  readonly #ended: (wait: Wait) => void;
  #resolve: Resolve | undefined;
  #reject: ((error: Error) => void) | undefined;

  constructor(
    taker: Taker,
    max: number,
    signal: AbortSignal,
    ended: (wait: Wait) => void,
    resolve: Resolve,
    reject: (error: Error) => void,
  ) {
    this.taker = taker;
    this.max = max;
    this.#signal = signal;
    this.#ended = ended;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener("abort", this);
  }

  resolve(deliveries: readonly MemoryDelivery[]): void {
    const resolve = this.#resolve;
    this.#end();
    resolve?.(deliveries);
  }

  reject(error: Error): void {
    const reject = this.#reject;
    this.#end();
    reject?.(error);
  }

  /** The signal aborted: the wait ends and has taken nothing. */
  handleEvent(): void {
    this.resolve([]);
  }

  #end(): void {
    this.#signal.removeEventListener("abort", this);
    this.#ended(this);
    this.#resolve = undefined;
    this.#reject = undefined;
  }
}
