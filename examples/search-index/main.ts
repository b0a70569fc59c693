/** `npm run demo`: a search index over any directory, as a pipeline that can be killed and goes on. */
import { constants } from "node:os";
import { resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { JobError } from "@job-orch/core";
import { toCommand, UsageError } from "./command/arguments.ts";
import { indexDirectory } from "./command/index-directory.ts";
import { search } from "./command/search.ts";
import { USAGE } from "./command/usage.ts";
import { IndexError } from "./store/schema.ts";
import { screenOn } from "./terminal/screen.ts";

// A text is garbage as soon as it is counted. Left alone, V8 lets 200 MiB of that pile up before it looks.
for (const flag of ["--semi-space-growth-factor=1", "--heap-growing-percent=50"]) setFlagsFromString(flag);

// Whoever read this went away, as `head` does when it has seen enough. What is under way is in the store.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(128 + constants.signals.SIGPIPE);
  throw error;
});

const complain = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

async function main(): Promise<number> {
  // npm starts us in the workspace and says where the user is.
  const byNpm = process.env["npm_lifecycle_event"] === "demo" ? process.env["INIT_CWD"] : undefined;
  const command = toCommand(process.argv.slice(2), {
    userFolder: byNpm ?? process.cwd(),
    workspace: resolve(import.meta.dirname, "../.."),
  });
  const screen = screenOn(process.stdout);
  switch (command.kind) {
    case "help":
      process.stdout.write(USAGE);
      return 0;
    case "search":
      return search(command, screen, complain);
    case "index":
      return indexDirectory(command, screen, complain);
  }
}

/** What is told in a sentence; anything else is a mistake of ours, and shows where. */
function isTold(error: unknown): error is Error {
  return error instanceof UsageError || error instanceof IndexError || JobError.is(error) || (error instanceof Error && "syscall" in error);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!isTold(error)) throw error;
  complain(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
