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

/** One `receive` that found nothing and waits. */
export class Wait {
  readonly taker: Taker;
  readonly max: number;
  readonly promise: Promise<readonly MemoryDelivery[]>;
  readonly #signal: AbortSignal;
  readonly #ended: (wait: Wait) => void;
  readonly #resolve: (deliveries: readonly MemoryDelivery[]) => void;
  readonly #reject: (error: Error) => void;

  constructor(taker: Taker, max: number, signal: AbortSignal, ended: (wait: Wait) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<readonly MemoryDelivery[]>();
    this.taker = taker;
    this.max = max;
    this.promise = promise;
    this.#signal = signal;
    this.#ended = ended;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener("abort", this);
  }

  resolve(deliveries: readonly MemoryDelivery[]): void {
    this.#end();
    this.#resolve(deliveries);
  }

  reject(error: Error): void {
    this.#end();
    this.#reject(error);
  }

  /** The signal aborted: the wait ends and has taken nothing. */
  handleEvent(): void {
    this.resolve([]);
  }

  #end(): void {
    this.#signal.removeEventListener("abort", this);
    this.#ended(this);
  }
}
