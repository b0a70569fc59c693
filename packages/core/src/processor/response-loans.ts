import type { Clock, Timer } from "../clock.ts";
import type { Loan } from "../contracts/loan-receive.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Settlement } from "../transport/settlement.ts";
import { ACK } from "./attempt.ts";
import { isPromise } from "./awaiting.ts";
import type { SteadyReceiver } from "./steady-receiver.ts";

/** What a receiver of responses has lent one by one: kept on loan while it is held, let go together at the end of a turn. */
export class ResponseLoans {
  readonly #receiver: SteadyReceiver;
  readonly #clock: Clock;
  /** `undefined` where loans need no extending. Units: milliseconds. */
  readonly #leaseMs: number | undefined;
  readonly #held = new Set<Delivery>();
  #done: Settlement[] = [];
  #letting: Promise<unknown> = Promise.resolve();
  #extension: Timer | undefined;

  constructor(receiver: SteadyReceiver, clock: Clock, leaseMs: number | undefined) {
    this.#receiver = receiver;
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  get size(): number {
    return this.#held.size;
  }

  lend<Message>(delivery: Delivery, message: Message): Loan<Message> {
    this.#held.add(delivery);
    if (this.#extension === undefined) this.#extendSoon();
    return { message, done: () => this.#end(delivery) };
  }

  /** Lets go what is done with. */
  flush(): void {
    if (this.#done.length === 0) return;
    const settlements = this.#done;
    this.#done = [];
    this.#settle(settlements);
  }

  /** What is still held goes back with the subscription. Resolves when what was done with is stored. */
  async close(): Promise<void> {
    this.#extension?.cancel();
    this.flush();
    this.#held.clear();
    await this.#letting;
  }

  #end(delivery: Delivery): void {
    if (!this.#held.delete(delivery)) return;
    this.#done.push({ delivery, outcome: ACK });
    if (this.#done.length === 1) queueMicrotask(() => this.flush());
  }

  #settle(settlements: readonly Settlement[]): void {
    const settled = this.#receiver.settle(settlements);
    // What could not be let go comes again: at least once.
    if (isPromise(settled)) this.#letting = Promise.all([this.#letting, settled.then(undefined, () => undefined)]);
  }

  #extendSoon(): void {
    if (this.#leaseMs === undefined) return;
    this.#extension = this.#clock.after(this.#leaseMs / 3, () => {
      this.#extension = undefined;
      if (this.#held.size === 0) return;
      const outcome = { kind: "extend", leaseMs: this.#leaseMs as number } as const;
      this.#settle(Array.from(this.#held, (delivery) => ({ delivery, outcome })));
      this.#extendSoon();
    });
  }
}
