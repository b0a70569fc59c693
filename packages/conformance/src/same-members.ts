import { fail } from "node:assert/strict";

/** Every wanted one came, once, in any order. */
export function sameMembers(came: readonly string[], wanted: readonly string[]): void {
  const strangers = came.filter((one) => !wanted.includes(one));
  if (strangers.length > 0) fail(`frames came that were not sent here: ${strangers.slice(0, 5).join(", ")}`);
  const repeated = came.filter((one, index) => came.indexOf(one) !== index);
  if (repeated.length > 0) fail(`${repeated.length} frames came more than once: ${repeated.slice(0, 5).join(", ")}`);
  const missing = wanted.filter((one) => !came.includes(one));
  if (missing.length > 0) fail(`${missing.length} of ${wanted.length} frames never came: ${missing.slice(0, 5).join(", ")}`);
}
