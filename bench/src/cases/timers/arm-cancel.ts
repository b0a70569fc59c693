import type { Case } from "../../harness/case.ts";
import { nanosecondsPerCancelled } from "../../loads/timers/arm-cancel.ts";
import { openTimeouts, openWheel } from "../../loads/timers/contenders.ts";

/** What a deadline that is kept costs. */
export const armCancel: Case = {
  id: "arm-cancel",
  what: "nanoseconds to arm a timer with a random delay up to 10 minutes and to cancel it; 10,000 are armed at a time",
  unit: "ns",
  better: "lower",
  contenders: [
    { name: "job-orch timerWheel", role: "ours", measure: (effort) => nanosecondsPerCancelled(openWheel, effort) },
    { name: "setTimeout, clearTimeout", role: "peer", measure: (effort) => nanosecondsPerCancelled(openTimeouts, effort) },
  ],
  bar: [{ against: "setTimeout, clearTimeout", times: 1 }],
  aim: [{ against: "setTimeout, clearTimeout", times: 0.25 }],
};
