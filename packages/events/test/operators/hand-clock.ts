import type { Clock, Timer } from "@job-orch/core";

interface Alarm {
  readonly dueMs: number;
  readonly order: number;
  readonly ring: () => void;
}

/** A clock that only the test moves: its steady time apart from its wall time, which can be set. */
export class HandClock implements Clock {
  #steadyMs = 0;
  #apartMs: number;
  #alarms: Alarm[] = [];
  #order = 0;

  constructor(startMs = 1_000_000) {
    this.#apartMs = startMs;
  }

  readonly now = (): number => this.#steadyMs + this.#apartMs;
  readonly steady = (): number => this.#steadyMs;

  readonly after = (delayMs: number, callback: () => void): Timer => {
    const alarm: Alarm = { dueMs: this.#steadyMs + delayMs, order: this.#order++, ring: callback };
    this.#alarms.push(alarm);
    return { cancel: () => void (this.#alarms = this.#alarms.filter((other) => other !== alarm)) };
  };

  /** How many timers are armed. */
  get armed(): number {
    return this.#alarms.length;
  }

  /** How many timers were ever armed. */
  get everArmed(): number {
    return this.#order;
  }

  /** In how long the next one rings; `undefined` when none is armed. */
  get nextInMs(): number | undefined {
    const [first] = this.#alarms.map(({ dueMs }) => dueMs).sort((one, other) => one - other);
    return first === undefined ? undefined : first - this.#steadyMs;
  }

  /** Somebody sets the machine's clock. */
  set(byMs: number): void {
    this.#apartMs += byMs;
  }

  /** Moves on; timers ring at their time, and what they set off runs before the next one. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#steadyMs + byMs;
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#steadyMs = Math.max(this.#steadyMs, next.dueMs);
      this.#ring(next);
      await settled();
    }
    this.#steadyMs = untilMs;
    await settled();
  }

  /** As `advance`, in one go and with nothing else happening in between. */
  advanceNow(byMs: number): void {
    const untilMs = this.#steadyMs + byMs;
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#steadyMs = Math.max(this.#steadyMs, next.dueMs);
      this.#ring(next);
    }
    this.#steadyMs = untilMs;
  }

  /** As if the event loop had been blocked: time passes, then everything that is overdue rings. */
  async block(byMs: number): Promise<void> {
    this.#steadyMs += byMs;
    await this.advance(0);
  }

  #ring(alarm: Alarm): void {
    this.#alarms = this.#alarms.filter((other) => other !== alarm);
    alarm.ring();
  }

  #next(untilMs: number): Alarm | undefined {
    return this.#alarms.filter(({ dueMs }) => dueMs <= untilMs).sort((one, other) => one.dueMs - other.dueMs || one.order - other.order)[0];
  }
}

/** Lets everything that is due in this turn happen. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
