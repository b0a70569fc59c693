import type { Case } from "../../harness/case.ts";
import { nanosecondsPerFired } from "../../loads/timers/arm-fire.ts";
import { openTimeouts, openWheel } from "../../loads/timers/contenders.ts";

/** What a timeout that is not cancelled costs: moving down the levels included. */
export const armFire: Case = {
  id: "arm-fire",
  what: "CPU nanoseconds to arm a timer with a random delay of 1 to 1,000 ms and to fire it; 200,000 are armed at once",
  unit: "ns",
  better: "lower",
  contenders: [
    { name: "job-orch timerWheel", role: "ours", measure: (effort) => nanosecondsPerFired(openWheel, effort) },
    { name: "setTimeout", role: "peer", measure: (effort) => nanosecondsPerFired(openTimeouts, effort) },
  ],
  bar: [{ against: "setTimeout", times: 1 }],
  aim: [{ against: "setTimeout", times: 0.5 }],
};
