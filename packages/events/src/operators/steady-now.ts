import type { Clock } from "@job-orch/core";

/** What a clock says for waits: time that does not jump, where it has such. Units: milliseconds. */
export function steadyNow(clock: Clock): number {
  return clock.steady === undefined ? clock.now() : clock.steady();
}
