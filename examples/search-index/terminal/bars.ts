import type { Progress, StageProgress } from "../run/progress.ts";
import { count, fit, plural, size, span } from "./format.ts";
import type { Screen } from "./screen.ts";

const NAME_WIDTH = 8;
const LONGEST_BAR = 44;
/** Narrower than this a bar says nothing. */
const SHORTEST_BAR = 8;

/** A bar per stage, and a line about the whole. */
export function bars(progress: Progress, screen: Pick<Screen, "columns" | "paint">): readonly string[] {
  const columns = screen.columns() - 1;
  const rows = progress.stages.map((stage) => ({ stage, cells: cellsOf(stage, progress) }));
  const widths = [0, 1, 2].map((place) => Math.max(...rows.map(({ cells }) => cells[place]?.length ?? 0)));
  // The least important column goes first when the window is narrow.
  while (widths.length > 1 && columns - textWidth(widths) < SHORTEST_BAR) widths.pop();
  const barWidth = Math.min(LONGEST_BAR, columns - textWidth(widths));
  const lines = rows.map(({ stage, cells }) => {
    const name = stage.stage.padEnd(NAME_WIDTH);
    const [first = "", ...others] = widths.map((width, place) => (cells[place] ?? "").padStart(width));
    if (barWidth < SHORTEST_BAR) return fit(`  ${name}  ${first}`, columns);
    return `  ${name}  ${barOf(stage, barWidth, progress, screen)}  ${first}${others.map((text) => `  ${screen.paint("dim", text)}`).join("")}`;
  });
  return ["", ...lines, "", `  ${screen.paint("dim", fit(footer(progress), columns - 2))}`];
}

function textWidth(widths: readonly number[]): number {
  return 2 + NAME_WIDTH + 2 + 2 + widths.reduce((sum, width) => sum + width + 2, -2);
}

function cellsOf(
  { stage, done, total, backlog, perSecond }: StageProgress,
  { tally, walking }: Progress,
): readonly [string, string, string] {
  const rate = perSecond >= 0.5 ? `${count(perSecond)}/s` : "";
  const waiting = backlog === 0 ? "" : `${count(backlog)} waiting`;
  if (stage === "walk") return [plural(tally.files, "file"), rate === "" ? "" : `${count(tally.folders)} folders`, walking ? waiting : ""];
  return [total === 0 ? "" : `${count(done)} of ${count(total)}`, rate, waiting];
}

function barOf({ done, total, stage }: StageProgress, width: number, { walking }: Progress, { paint }: Pick<Screen, "paint">): string {
  const over = stage === "walk" ? !walking : total > 0 && done >= total && !walking;
  const full = over ? width : Math.min(width - 1, total === 0 ? 0 : Math.floor((done / total) * width));
  return `${paint(over ? "green" : "cyan", "━".repeat(full))}${paint("dim", "─".repeat(width - full))}`;
}

function footer({ tally, dead, retried, elapsedMs, leftMs, walking }: Progress): string {
  const memory = `${size(process.memoryUsage.rss())} of memory`;
  return [
    span(elapsedMs),
    ...(leftMs === undefined ? (walking ? ["still walking"] : []) : [`about ${span(Math.max(1000, leftMs))} left`]),
    ...(tally.cached > 0 ? [`${count(tally.cached)} from the cache`] : []),
    ...(dead > 0 ? [plural(dead, "dead letter")] : []),
    ...(retried > 0 ? [plural(retried, "retry", "retries")] : []),
    memory,
  ].join(" · ");
}
