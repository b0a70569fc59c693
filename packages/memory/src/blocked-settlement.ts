import type { Delivery, Sends } from "@job-orch/core";
import type { Channels } from "./channels.ts";
import type { Waiter, Waiters } from "./waiters.ts";

export interface BlockedSettlementOptions {
  readonly delivery: Delivery;
  readonly sends: readonly Sends[];
  readonly channels: Channels;
  /** Stores the outcome and the sends. */
  readonly apply: () => void;
  /** It is over, however it ended. */
  readonly ended: () => void;
}

/**
 * A settlement whose sends found a channel full: it waits until all of them fit, wherever they go, and is then stored in
 * one step. The delivery stays on loan meanwhile and its lease cannot run out, as its holder is done.
 */
export class BlockedSettlement implements Waiter {
  /** The delivery when it was lost while it waited, `undefined` when it was stored. */
  readonly promise: Promise<Delivery | undefined>;
  readonly #options: BlockedSettlementOptions;
  readonly #resolve: (lost: Delivery | undefined) => void;
  readonly #reject: (error: Error) => void;
  #where: Waiters;
  #over = false;

  constructor(where: Waiters, options: BlockedSettlementOptions) {
    const { promise, resolve, reject } = Promise.withResolvers<Delivery | undefined>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#options = options;
    this.#where = where;
    where.add(this);
  }

  attempt(): boolean {
    if (this.#over) return true;
    const { channels, sends, apply } = this.#options;
    const lacking = channels.lacking(sends, false);
    if (lacking === this.#where) return false;
    if (lacking !== undefined) {
      this.#where = lacking;
      lacking.add(this);
      return true;
    }
    this.#end();
    apply();
    this.#resolve(undefined);
    return true;
  }

  /** Its delivery went back. */
  lose(): void {
    if (this.#over) return;
    this.#end();
    this.#where.remove(this);
    this.#resolve(this.#options.delivery);
  }

  fail(error: Error): void {
    if (this.#over) return;
    this.#end();
    this.#reject(error);
  }

  #end(): void {
    this.#over = true;
    this.#options.ended();
  }
}
