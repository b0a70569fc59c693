import type { Clock, Timer } from "@job-orch/core";

interface Alarm {
  readonly dueMs: number;
  readonly order: number;
  readonly ring: () => void;
}

/** A clock that only the test moves. */
export class FakeClock implements Clock {
  #nowMs: number;
  #alarms: Alarm[] = [];
  #order = 0;

  constructor(startMs = 1_000_000) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly after = (delayMs: number, callback: () => void): Timer => {
    const alarm: Alarm = { dueMs: this.#nowMs + delayMs, order: this.#order++, ring: callback };
    this.#alarms.push(alarm);
    return {
      cancel: () => {
        this.#alarms = this.#alarms.filter((other) => other !== alarm);
      },
    };
  };

  /** How many timers are armed. */
  get armed(): number {
    return this.#alarms.length;
  }

  /** Moves on; timers ring at their time, and what they set off runs before the next one. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const next = this.#next(untilMs);
      if (next === undefined) break;
      this.#alarms = this.#alarms.filter((other) => other !== next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.ring();
      await settled();
    }
    this.#nowMs = untilMs;
    await settled();
  }

  /** As if the event loop had been blocked: time passes, then everything that is overdue rings at once. */
  async block(byMs: number): Promise<void> {
    this.#nowMs += byMs;
    await this.advance(0);
  }

  #next(untilMs: number): Alarm | undefined {
    return this.#alarms.filter(({ dueMs }) => dueMs <= untilMs).sort((one, other) => one.dueMs - other.dueMs || one.order - other.order)[0];
  }
}

/** Lets everything that is due in this turn happen. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
