import { stripVTControlCharacters } from "node:util";
import { buildPackages } from "./build/build-packages.ts";
import { arrows } from "./check/arrows.ts";
import { declarations } from "./check/declarations.ts";
import { house } from "./check/house.ts";
import { published } from "./check/published.ts";
import { treeShaking } from "./check/tree-shaking.ts";
import { typeMessages } from "./check/type-messages.ts";
import { typeTestsOnTsd } from "./check/type-tests.ts";
import { typeTestsOn7 } from "./check/type-tests-on-7.ts";
import { types } from "./check/types.ts";
import { runTool } from "./workspace/run-quietly.ts";

interface Step {
  readonly name: string;
  readonly what: string;
  /** Runs before this one, also when only this one is asked for; when it fails, this one cannot. */
  readonly needs?: string;
  readonly run: () => readonly string[] | Promise<readonly string[]>;
}

const update = process.argv.includes("--update");

const steps: readonly Step[] = [
  { name: "lint", what: "oxlint", run: () => tool("oxlint/bin/oxlint") },
  { name: "format", what: "oxfmt (npm run format puts it right)", run: () => tool("oxfmt/bin/oxfmt", "--list-different") },
  { name: "types", what: "types on TypeScript 7", run: () => types("TypeScript 7") },
  { name: "types-5", what: "types on TypeScript 5.9", run: () => types("TypeScript 5.9") },
  { name: "tsd", what: "type tests on tsd's TypeScript 5.9", run: typeTestsOnTsd },
  { name: "tsd-7", what: "type tests on TypeScript 7", run: typeTestsOn7 },
  { name: "messages", what: "compiler messages that users see", run: () => typeMessages({ update }) },
  { name: "arrows", what: "dependency arrows", run: arrows },
  { name: "house", what: "house rules", run: house },
  { name: "build", what: "build of every package", run: buildPackages },
  { name: "declarations", needs: "build", what: "no any in built declarations", run: declarations },
  { name: "tree-shaking", needs: "build", what: "unused imports vanish", run: treeShaking },
  { name: "published", needs: "build", what: "publint, arethetypeswrong, a consumer of the tarballs", run: published },
];

// `npm run check [-- step…]`: one line for each step, what is wrong below it; exit code 1 when anything is.
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(", ")}; there are: ${steps.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const failed = new Set<string>();
for (const step of steps) {
  if (wanted.length > 0 && !isWanted(step)) continue;
  const startMs = performance.now();
  const problems = step.needs !== undefined && failed.has(step.needs) ? [`not run: ${step.needs} failed`] : await attempt(step);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${problems.length === 0 ? "ok  " : "FAIL"} ${step.name.padEnd(12)} ${seconds.padStart(5)} s  ${step.what}`);
  for (const problem of problems) console.log(stripVTControlCharacters(problem).replace(/^/gm, "       "));
  if (problems.length > 0) failed.add(step.name);
}
console.log(failed.size === 0 ? "All checks hold." : `${failed.size} ${failed.size === 1 ? "check does" : "checks do"} not hold.`);
process.exitCode = failed.size === 0 ? 0 : 1;

function isWanted({ name }: Step): boolean {
  return wanted.includes(name) || steps.some((step) => step.needs === name && wanted.includes(step.name));
}

async function attempt(step: Step): Promise<readonly string[]> {
  try {
    return await step.run();
  } catch (error) {
    return [`the check itself broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
}

async function tool(entry: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runTool(entry, args);
  return code === 0 ? [] : [`${stdout}${stderr}`.trim()];
}
