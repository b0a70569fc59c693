// npm run bench -- <ground> [--json] [--case <id>] [--smoke] [--rounds n]
import { cpus } from "node:os";
import { grounds } from "./src/cases/grounds.ts";
import { readArguments, UsageError } from "./src/harness/arguments.ts";
import type { Ground } from "./src/harness/case.ts";
import { runGround } from "./src/harness/run-ground.ts";

try {
  const args = readArguments(process.argv.slice(2), Object.keys(grounds));
  const ground = (await grounds[args.ground]?.()) as Ground;
  if (args.caseId !== undefined && !ground.cases.some(({ id }) => id === args.caseId)) {
    throw new UsageError(
      `There is no case "${args.caseId}" on "${args.ground}"; there are: ${ground.cases.map(({ id }) => id).join(", ")}`,
    );
  }
  if (!args.json) {
    const processors = cpus();
    process.stdout.write(
      `Node ${process.version}, ${processors.length} × ${processors[0]?.model ?? "unknown processor"}; medians of ${args.rounds}\n\n`,
    );
  }
  process.exitCode = (await runGround(ground, args)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
