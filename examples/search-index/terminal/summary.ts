import { relative, sep } from "node:path";
import { REFUSALS } from "../jobs/refused-file-error.ts";
import type { TermHost } from "../hosts/term-host.ts";
import type { HostRecord } from "../run/host-records.ts";
import type { Meters } from "../run/meters.ts";
import { STAGES } from "../run/pipeline.ts";
import type { Tally } from "../run/tally.ts";
import type { Totals } from "../store/totals.ts";
import { count, fit, latency, plural, printable, size, span } from "./format.ts";
import type { Screen } from "./screen.ts";

export interface SummaryOf {
  readonly directory: string;
  readonly elapsedMs: number;
  readonly tally: Tally;
  readonly meters: Meters;
  readonly totals: Totals;
  /** Dead letters for another reason than the files themselves. */
  readonly accidents: readonly string[];
  /** Where texts were tokenised. */
  readonly host: Pick<TermHost, "name" | "ended" | "begunAgain">;
  /** How other runs over this directory did, the latest of each host. */
  readonly hosts: readonly HostRecord[];
}

/** What a run did, and what the index has now. */
export function summary(run: SummaryOf, screen: Pick<Screen, "paint" | "columns">): readonly string[] {
  return [
    ...headline(run, screen),
    "",
    ...figures(run, screen),
    "",
    ...latencies(run, screen),
    ...hostsOf(run, screen),
    ...deadLetters(run, screen),
  ];
}

function headline({ tally, elapsedMs, directory }: SummaryOf, { paint }: Pick<Screen, "paint">): readonly string[] {
  const written = tally.new + tally.changed;
  const seen = written + tally.asBefore;
  const perSecond = seen / Math.max(elapsedMs / 1000, 0.001);
  const what = written === 0 ? `Nothing has changed in ${directory}` : `Indexed ${plural(written, "file")} of ${directory}`;
  return ["", `  ${paint("green", "✓")} ${paint("bold", what)} ${paint("dim", `in ${span(elapsedMs)}, ${count(perSecond)} files/s`)}`];
}

function figures({ tally, meters, totals }: SummaryOf, { paint }: Pick<Screen, "paint">): readonly string[] {
  const sum = (of: "retried" | "cached"): number => STAGES.reduce((all, stage) => all + meters[stage][of], 0);
  const kinds = [
    `${count(tally.new)} new`,
    `${count(tally.changed)} changed`,
    `${count(tally.asBefore)} as before`,
    `${count(tally.removed)} removed`,
  ];
  const refused = totals.refusals.reduce((all, { count: number }) => all + number, 0);
  const rows: readonly (readonly [name: string, value: string, note: string])[] = [
    ["files", count(totals.files), kinds.join(", ")],
    ["bytes", size(totals.bytes), tally.bytes > 0 ? `${size(tally.bytes)} of text read now` : ""],
    ["tokens", count(totals.tokens), tally.tokens > 0 ? `${count(tally.tokens)} now` : ""],
    ["cache hits", count(tally.cached + sum("cached")), "files answered from the index by path, size and time"],
    ["retries", count(sum("retried")), ""],
    ["dead letters", count(refused), refused > 0 ? `${count(meters.read.dead)} now` : ""],
    ["memory", size(process.resourceUsage().maxRSS * 1024), "at most"],
  ];
  const width = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value, note]) => `  ${paint("dim", name.padEnd(14))}${value.padStart(width)}  ${paint("dim", note)}`.trimEnd());
}

function latencies({ meters }: SummaryOf, { paint }: Pick<Screen, "paint">): readonly string[] {
  const cells = (texts: readonly string[]): string =>
    texts.map((text, place) => (place === 0 ? text.padEnd(12) : text.padStart(11))).join("");
  const ms = (value: number | undefined): string => (value === undefined ? "–" : latency(value));
  const rows = STAGES.map((stage) =>
    cells([stage, count(meters[stage].done), ms(meters[stage].percentileMs(50)), ms(meters[stage].percentileMs(99))]),
  );
  return [paint("dim", `  ${cells(["stage", "requests", "p50", "p99"])}`), ...rows.map((row) => `  ${row}`)];
}

/** Where texts were tokenised, how that went, and how it goes elsewhere. */
function hostsOf({ host, hosts, meters }: SummaryOf, { paint }: Pick<Screen, "paint">): readonly string[] {
  if (meters.tokenise.done === 0) return [];
  const lines = ["", `  tokenised on ${host.name}`, ...losses(host).map((text) => `    ${paint("yellow", text)}`)];
  if (hosts.length < 2) return lines;
  const width = Math.max(...hosts.map(({ name }) => name.length));
  const rows = hosts.map(({ name, perSecond, tokeniseMs }) => {
    const median = tokeniseMs === undefined ? "" : `, tokenise p50 ${latency(tokeniseMs)}`;
    return `    ${name.padEnd(width)}  ${`${count(perSecond)} files/s`.padStart(14)}${median}${name === host.name ? "  (this run)" : ""}`;
  });
  return [...lines, ...rows.map((row) => paint("dim", row))];
}

/** Workers that ended without being asked to, and what that cost. */
export function losses({ ended, begunAgain }: SummaryOf["host"]): readonly string[] {
  if (ended.length === 0) return [];
  const how = [...new Set(ended)].join(", ");
  return [`${plural(ended.length, "worker")} ended (${how}), replaced, ${plural(begunAgain(), "text")} begun again`];
}

function deadLetters(
  { totals, directory, accidents }: SummaryOf,
  { paint, columns }: Pick<Screen, "paint" | "columns">,
): readonly string[] {
  const { refusals } = totals;
  if (refusals.length === 0 && accidents.length === 0) return [];
  const width = Math.max(...refusals.map(({ count: number }) => count(number).length));
  const lines = refusals.map(({ code, count: number, paths }) => {
    const some = paths.map((path) => printable(shorten(relative(directory, path) || path))).join(", ");
    const examples = fit(`${some}${number > paths.length ? ", …" : ""}`, columns() - width - 20);
    return `  ${paint("yellow", REFUSALS[code].padEnd(14))}${count(number).padStart(width)}  ${paint("dim", examples)}`;
  });
  return [
    "",
    `  ${paint("dim", "dead letters: not in the index, and not read again before they change")}`,
    ...lines,
    ...accidents.map((text) => `  ${paint("red", text)}`),
  ];
}

/** The beginning and the end of a path. */
function shorten(path: string): string {
  const parts = path.split(sep);
  return parts.length <= 3 ? path : [parts[0], "…", parts.at(-1)].join(sep);
}
