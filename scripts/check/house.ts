import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { filesIn } from "../workspace/files-in.ts";
import { root } from "../workspace/root.ts";
import { workspacePackages } from "../workspace/workspace-package.ts";

const errorGuide = join(root, "docs", "guides", "errors.md");
const bannedNames = /(^|-)(utils?|helpers?|common|manager|base|misc)(-|\.|$)/;
/** Half of a package's files are shorter than the first, nine in ten shorter than the second. */
const lines = { median: 130, p90: 290 } as const;

/** The house's own rules, those that no linter knows. */
export function house(): readonly string[] {
  const sources = workspacePackages().flatMap(({ folder, manifest }) =>
    manifest.private === true ? [] : filesIn(join(folder, "src"), ".ts"),
  );
  return [
    ...errorCodes(sources),
    ...sources.filter((file) => !playsUsers(file)).flatMap(bareErrors),
    ...[...sources, ...otherFiles()].flatMap((file) => [...leftovers(file), ...namesOfFiles(file)]),
    ...lengths(sources),
  ];
}

/** A code that users meet and cannot look up, and a heading for a code that is gone. */
function errorCodes(sources: readonly string[]): readonly string[] {
  const used = new Set(sources.flatMap((file) => matches(readFileSync(file, "utf8"), /\bcode(?::[^=;\n]*)? = "(ERR_[A-Z_]+)"/g)));
  if (!existsSync(errorGuide)) return [`${relative(root, errorGuide)} is missing; it documents ${[...used].join(", ")}`];
  const documented = new Set(matches(readFileSync(errorGuide, "utf8"), /^#+ .*?\b(ERR_[A-Z_]+)/gm));
  return [
    ...[...used].filter((code) => !documented.has(code)).map((code) => `${code} has no heading in docs/guides/errors.md`),
    ...[...documented].filter((code) => !used.has(code)).map((code) => `docs/guides/errors.md documents ${code}, which no package raises`),
  ];
}

/** Clauses have jobs that throw as users' jobs do, and mutants break as transports of others do. */
function playsUsers(file: string): boolean {
  return /[\\/]conformance[\\/]src[\\/](?:clauses|mutants)[\\/]/.test(file);
}

function bareErrors(file: string): readonly string[] {
  return numbered(file, /\bthrow new (?:Error|TypeError|RangeError)\(/, "throws an error without a code");
}

function leftovers(file: string): readonly string[] {
  return numbered(file, /\b(?:TO[D]O|FIX[M]E|XX[X])\b/, "leaves work behind in a comment");
}

function namesOfFiles(file: string): readonly string[] {
  const name = basename(file);
  if (!/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(name)) return [`${relative(root, file)} is not named in kebab-case`];
  return bannedNames.test(name) ? [`${relative(root, file)} is named after nothing in particular`] : [];
}

function lengths(sources: readonly string[]): readonly string[] {
  const sorted = sources.map((file) => readFileSync(file, "utf8").split("\n").length - 1).sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? 0;
  const problems: string[] = [];
  if (at(0.5) > lines.median) problems.push(`half of the source files have ${at(0.5)} lines or more; the house wants ${lines.median}`);
  if (at(0.9) > lines.p90) problems.push(`one in ten source files has ${at(0.9)} lines or more; the house wants ${lines.p90}`);
  return problems;
}

/** Tests and what they share, examples, benches and scripts. */
function otherFiles(): readonly string[] {
  const tests = workspacePackages().flatMap(({ folder, manifest }) => [
    ...(manifest.private === true ? filesIn(join(folder, "src"), ".ts") : []),
    ...filesIn(join(folder, "test"), ".ts"),
    ...filesIn(join(folder, "test-d"), ".ts"),
  ]);
  return [...tests, ...["examples", "bench", "scripts"].flatMap((folder) => filesIn(join(root, folder), ".ts"))];
}

function numbered(file: string, pattern: RegExp, what: string): readonly string[] {
  const text = readFileSync(file, "utf8").split("\n");
  return text.flatMap((line, index) => (pattern.test(line) ? [`${relative(root, file)}:${index + 1} ${what}: ${line.trim()}`] : []));
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? "");
}
