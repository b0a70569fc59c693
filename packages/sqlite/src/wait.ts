import type { Delivery } from "@job-orch/core";
import type { Loan } from "./loan.ts";

/** Who a wait takes for. */
export interface Taker {
  /** How many more deliveries it may hold. */
  readonly room: number;
  readonly took: (loans: readonly Loan[]) => void;
}

const NOTHING: readonly Delivery[] = Object.freeze([]);

/** One `receive` that found nothing yet. */
export class Wait {
  readonly taker: Taker;
  readonly max: number;
  readonly promise: Promise<readonly Delivery[]>;
  readonly #signal: AbortSignal;
  readonly #ended: (wait: Wait) => void;
  #resolve!: (deliveries: readonly Delivery[]) => void;
  #reject!: (error: unknown) => void;

  constructor(taker: Taker, max: number, signal: AbortSignal, ended: (wait: Wait) => void) {
    this.taker = taker;
    this.max = max;
    this.#signal = signal;
    this.#ended = ended;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal.addEventListener("abort", this.giveUp, { once: true });
  }

  take(loans: readonly Loan[]): void {
    this.#end();
    this.taker.took(loans);
    this.#resolve(loans);
  }

  /** Ends with nothing taken. */
  readonly giveUp = (): void => {
    this.#end();
    this.#resolve(NOTHING);
  };

  fail(error: unknown): void {
    this.#end();
    this.#reject(error);
  }

  #end(): void {
    this.#signal.removeEventListener("abort", this.giveUp);
    this.#ended(this);
  }
}
