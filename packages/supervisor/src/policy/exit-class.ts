/**
 * How something that ran came to its end.
 *
 * `scaledDown`, `recycled`, `drained`: as it should, because it was asked to. `condemned`: we ended it, for a reason of ours.
 * `startFailure`: it never came up. `crash`: it broke, left with an exit code or by a signal, or left without being asked. `outOfMemory`:
 * its heap was full. `hung`: it gave no sign of life. `lost`: its connection is gone.
 */
export type ExitClass = (typeof exitClasses)[number];

const asked = ["scaledDown", "recycled", "drained"] as const;
const counted = ["startFailure", "crash", "outOfMemory", "hung", "lost"] as const;

export const exitClasses = Object.freeze([...asked, "condemned", ...counted] as const);

/** Whether an end is a failure: it counts towards the intensity and makes the next start wait. */
export function isFailure(exitClass: ExitClass): boolean {
  return (counted as readonly ExitClass[]).includes(exitClass);
}
