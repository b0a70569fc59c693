import type { Clock, Timer } from "../clock.ts";
import type { Attempt } from "./attempt.ts";
import { isPromise } from "./awaiting.ts";
import type { RetryHold } from "./retry-hold.ts";
import type { Slots } from "./slots.ts";
import type { SteadyReceiver } from "./steady-receiver.ts";
import type { Settled } from "../transport/settlement.ts";

export interface ExtenderOptions {
  readonly receiver: SteadyReceiver;
  readonly slots: Slots;
  readonly hold: RetryHold;
  readonly leaseMs: number;
  readonly clock: Clock;
  /** Only where each delivery has a lease of its own. */
  readonly needed: boolean;
  readonly onLost: (attempt: Attempt) => void;
}

/** Keeps what is being worked on on loan: one call for all of it, three times per lease. */
export class Extender {
  readonly #options: ExtenderOptions;
  #timer: Timer | undefined;

  constructor(options: ExtenderOptions) {
    this.#options = options;
  }

  start(): void {
    const { needed, clock, leaseMs } = this.#options;
    if (!needed) return;
    this.#timer = clock.after(leaseMs / 3, () => {
      this.#extend();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #extend(): void {
    const { slots, hold, receiver, leaseMs } = this.#options;
    const working = slots.all.flatMap(({ attempt }) => (attempt === undefined || attempt.decided ? [] : [attempt]));
    const held = [...working, ...hold.attempts()];
    if (held.length === 0) return;
    const outcome = { kind: "extend", leaseMs } as const;
    try {
      const settled = receiver.settle(held.map(({ delivery }) => ({ delivery, outcome })));
      // A failure is no news: the next turn tries again, and a lease that is really lost shows when it is settled.
      if (isPromise(settled))
        settled.then(
          (result) => this.#report(working, result),
          () => undefined,
        );
      else this.#report(working, settled);
    } catch {}
  }

  #report(working: readonly Attempt[], settled: Settled): void {
    if (settled === undefined || settled.lost.length === 0) return;
    const lost = new Set(settled.lost);
    for (const attempt of working) if (lost.has(attempt.delivery)) this.#options.onLost(attempt);
  }
}
