import type { Clock } from "@job-orch/core";
import type { Settings } from "./options.ts";
import type { Stamps } from "./stamps.ts";
import type { Timers } from "./timers.ts";
import type { TurnClock } from "./turn-clock.ts";

/** What all mailboxes of one transport share. */
export interface Home {
  readonly settings: Settings;
  readonly clock: Clock;
  /** Coarse time, for those who only want to say when something was. */
  readonly turn: TurnClock;
  readonly stamps: Stamps;
  /** Frames that are due later. They keep the process alive: nobody else will remember them. */
  readonly delays: Timers;
  /** What only has to be forgotten in time. */
  readonly expiries: Timers;
}
