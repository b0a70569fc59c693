import type { Case } from "../../harness/case.ts";
import { bytesPerArmed } from "../../loads/timers/bytes-per-armed.ts";
import { openTimeouts, openWheel } from "../../loads/timers/contenders.ts";

/** What an armed timer costs: 64 bytes for each is 64 MB for a million. */
export const armed1m: Case = {
  id: "armed-1m",
  what: "bytes in use per armed timer when 1,000,000 are, with random delays up to 10 minutes; one callback for all, a number for each",
  unit: "bytes",
  better: "lower",
  untimed: true,
  contenders: [
    { name: "job-orch timerWheel", role: "ours", measure: (effort) => bytesPerArmed(openWheel, effort) },
    { name: "setTimeout", role: "peer", measure: (effort) => bytesPerArmed(openTimeouts, effort) },
  ],
  bar: [{ against: 64, times: 1 }],
  aim: [{ against: 40, times: 1 }],
};
