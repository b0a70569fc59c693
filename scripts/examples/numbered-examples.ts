import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace/root.ts";
import type { Example } from "./example.ts";

/** `examples/NN-name.ts`, in their order. */
export function numberedExamples(): readonly Example[] {
  const folder = join(root, "examples");
  return readdirSync(folder)
    .filter((name) => /^\d\d-.*\.ts$/.test(name))
    .sort()
    .map((name) => ({ name: `examples/${name}`, file: join(folder, name), prints: printed(readFileSync(join(folder, name), "utf8")) }));
}

/** The comment lines below `// Prints:` to the end of the file. None below it: prints nothing. No such line: nobody says. */
function printed(text: string): readonly string[] | undefined {
  const lines = text.trimEnd().split("\n");
  const head = lines.findLastIndex((line) => line.trimEnd() === "// Prints:");
  return head < 0 ? undefined : lines.slice(head + 1).map((line) => line.replace(/^\/\/ ?/, ""));
}
