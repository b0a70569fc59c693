import { join, relative } from "node:path";
import tsd from "tsd";
import { filesIn } from "../workspace/files-in.ts";
import { root } from "../workspace/root.ts";
import { workspacePackages } from "../workspace/workspace-package.ts";

/** Runs tsd over each package's `test-d/*.test-d.ts`, against the package's sources. tsd brings its own TypeScript 5.9. */
export async function typeTestsOnTsd(): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { folder } of workspacePackages()) {
    const testFiles = filesIn(join(folder, "test-d"), ".test-d.ts").map((file) => relative(folder, file));
    if (testFiles.length === 0) continue;
    const found = await tsd.default({
      cwd: folder,
      typingsFile: "src/index.ts",
      testFiles,
    });
    for (const { fileName, line, message } of found) problems.push(`${relative(root, fileName)}:${line ?? 1} ${message}`);
  }
  return problems;
}
