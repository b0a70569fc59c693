import { type Clock, systemClock } from "./clock.ts";

/** The outside that core reads: time and chance. Tests hand in their own, so that a run can be repeated. */
export interface Environment {
  readonly clock: Clock;
  /** Range: 0 inclusive to 1 exclusive. */
  readonly random: () => number;
}

export const systemEnvironment: Environment = { clock: systemClock, random: Math.random };
