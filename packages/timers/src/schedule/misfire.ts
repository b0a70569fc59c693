import { OptionError } from "@job-orch/core";
import { whole } from "@job-orch/core/substrate";

/**
 * What becomes of instants that passed while nobody looked: the process was down or blocked, the machine slept, its clock
 * was set forward. `skip`: they are left out, unless the newest is hardly late (`toleranceMs`). `once`: the newest fires,
 * for all. `{ all: n }`: the newest `n` fire, oldest first.
 */
export type Misfire = "skip" | "once" | { readonly all: number };

/** How many instants may fire late at once. */
export function mostLate(misfire: Misfire): number {
  if (misfire === "skip" || misfire === "once") return 1;
  if (typeof misfire === "object" && misfire !== null && "all" in misfire) return whole("misfire.all", misfire.all, 1, 10_000);
  throw new OptionError(`"misfire" is ${String(misfire)}; it takes "skip", "once" or { all: how many }`);
}

/** Which of the instants that passed fire. */
export function chosen(passed: readonly number[], nowMs: number, misfire: Misfire, toleranceMs: number): readonly number[] {
  return misfire === "skip" ? passed.filter((plannedAtMs) => nowMs - plannedAtMs <= toleranceMs) : passed;
}
