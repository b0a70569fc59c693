import type { ClauseResult, Results } from "../results.ts";
import { areaOf, areas } from "./areas.ts";

const signs = { passed: "✓", failed: "**✗**", "not claimed": "–" } as const;

/** Turns what runs have proven into a page: what each transport claims, what was tried, and every clause. Markdown. */
export function renderGuarantees(all: readonly Results[]): string {
  return [
    "# Guarantees",
    "",
    "Generated from `docs/guarantees/*.json`, which the conformance tests of the transports write; do not edit. At least once everywhere;",
    "the hand-off inside one transactional store is exactly once.",
    "",
    "## What each transport claims",
    "",
    ...table(["", ...all.map(({ name }) => name)], claimRows(all)),
    "",
    "## What was tried and held",
    "",
    "Clauses that held, of those that the claims promise. –: nothing is claimed.",
    "",
    ...table(["", ...all.map(({ name }) => name)], areaRows(all)),
    "",
    "## Every clause",
    "",
    "✓: it held. –: the transport does not claim what the clause needs. `SPI` clauses are tried on a transport, `API` clauses on",
    "processors over it. Each is itself tested by a transport that is broken on purpose and must fail it.",
    ...clauseTables(all),
    "",
  ].join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function claimRows(all: readonly Results[]): readonly (readonly string[])[] {
  const names = [...new Set(all.flatMap(({ capabilities }) => Object.keys(capabilities)))];
  return names.map((name) => [`\`${name}\``, ...all.map(({ capabilities }) => claim(name, capabilities[name]))]);
}

function claim(name: string, value: unknown): string {
  if (value === true) return "yes";
  if (value === false || value === "none") return "–";
  if (typeof value === "number") return value.toLocaleString("en");
  return name === "maxFrameBytes" && value === null ? "no limit" : String(value as string);
}

function areaRows(all: readonly Results[]): readonly (readonly string[])[] {
  return areasOf(all).map((area) => [
    areas[area] ?? area,
    ...all.map(({ clauses }) => {
      const tried = clauses.filter(({ id, outcome }) => areaOf(id) === area && outcome !== "not claimed");
      const held = tried.filter(({ outcome }) => outcome === "passed").length;
      return tried.length === 0 ? "–" : `${held} of ${tried.length}`;
    }),
  ]);
}

function clauseTables(all: readonly Results[]): readonly string[] {
  const known = new Map(all.flatMap(({ clauses }) => clauses.map((clause) => [clause.id, clause] as const)));
  return areasOf(all).flatMap((area) => {
    const clauses = [...known.values()].filter(({ id }) => areaOf(id) === area);
    return [
      "",
      `### ${capital(areas[area] ?? area)}`,
      "",
      ...table(
        ["", "promise", ...all.map(({ name }) => name)],
        clauses.map((clause) => row(clause, all)),
      ),
    ];
  });
}

function row({ id, title }: ClauseResult, all: readonly Results[]): readonly string[] {
  return [`\`${id}\``, title, ...all.map(({ clauses }) => signs[clauses.find((clause) => clause.id === id)?.outcome ?? "not claimed"])];
}

function areasOf(all: readonly Results[]): readonly string[] {
  const used = new Set(all.flatMap(({ clauses }) => clauses.map(({ id }) => areaOf(id))));
  return [...Object.keys(areas).filter((area) => used.has(area)), ...[...used].filter((area) => !(area in areas))];
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
