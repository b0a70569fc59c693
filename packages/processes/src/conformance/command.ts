import { runWorkerClauses } from "./run-clauses.ts";

const USAGE = "usage: conformance:worker -- [--transport fd3|stdio] [--only <id>] <command> [arguments …]";

/**
 * The command line of the conformance run: a line per clause and a total.
 *
 * Shape: the exit code: 0 all kept, 1 some broken, 2 bad usage.
 */
export async function workerConformanceCommand(args: readonly string[], print: (line: string) => void): Promise<0 | 1 | 2> {
  const parsed = parse(args);
  if (parsed === undefined) {
    print(USAGE);
    return 2;
  }
  const outcomes = await runWorkerClauses({
    ...parsed,
    onOutcome: ({ clause, outcome, why }) => {
      const mark = { kept: "ok  ", broken: "FAIL", skipped: "skip" }[outcome];
      print(`${mark} ${clause.id}: ${clause.promise}${why === undefined ? "" : `\n       ${why.split("\n").join("\n       ")}`}`);
    },
  });
  if (outcomes.length === 0) {
    print(`There is no clause whose id begins with ${JSON.stringify(parsed.only)}.`);
    return 2;
  }
  const count = (what: string): number => outcomes.filter(({ outcome }) => outcome === what).length;
  print(`${count("kept")} kept, ${count("broken")} broken, ${count("skipped")} skipped`);
  return count("broken") === 0 ? 0 : 1;
}

interface Parsed {
  readonly command: readonly string[];
  readonly transport: "fd3" | "stdio";
  readonly only: string;
}

function parse(args: readonly string[]): Parsed | undefined {
  let transport: Parsed["transport"] = "fd3";
  let only = "";
  let at = 0;
  for (; args[at]?.startsWith("--") === true; at += 2) {
    const value = args[at + 1];
    if (args[at] === "--transport" && (value === "fd3" || value === "stdio")) transport = value;
    else if (args[at] === "--only" && value !== undefined) only = value;
    else return undefined;
  }
  return at < args.length ? { command: args.slice(at), transport, only } : undefined;
}
