import type { Progress } from "../run/progress.ts";
import { count, plural, span } from "./format.ts";

/** How far a run is, in one plain line: for logs and pipes. */
export function line({ stages, tally, dead, retried, leftMs, walking, elapsedMs }: Progress): string {
  const found = `walk ${plural(tally.files, "file")} in ${plural(tally.folders, "folder")}${walking ? " so far" : ""}`;
  const busy = stages.filter(({ stage, total }) => stage !== "walk" && total > 0);
  const parts = [
    found,
    ...busy.map(
      ({ stage, done, total, backlog, perSecond }) =>
        `${stage} ${count(done)}/${count(total)} (${count(perSecond)}/s, ${count(backlog)} waiting)`,
    ),
  ];
  if (tally.cached > 0) parts.push(`${count(tally.cached)} from the cache`);
  if (dead > 0) parts.push(plural(dead, "dead letter"));
  if (retried > 0) parts.push(plural(retried, "retry", "retries"));
  if (leftMs !== undefined && leftMs >= 1000) parts.push(`about ${span(leftMs)} left`);
  return `${span(elapsedMs)}: ${parts.join(", ")}`;
}
