import { join, relative } from "node:path";
import tsd from "tsd";
import { filesIn } from "../workspace/files-in.ts";
import { root } from "../workspace/root.ts";
import { workspacePackages } from "../workspace/workspace-package.ts";

/**
 * Runs tsd over every package's `test-d/*.test-d.ts`, against the packages' sources. tsd brings its own TypeScript 5.9. One
 * program for all of them, because each would otherwise check core and the platform's types anew.
 */
export async function typeTestsOnTsd(): Promise<readonly string[]> {
  const files = workspacePackages().flatMap(({ folder }) => filesIn(join(folder, "test-d"), ".test-d.ts"));
  if (files.length === 0) return [];
  const found = await tsd.default({
    cwd: root,
    typingsFile: "packages/core/src/index.ts", // has to be one; the tests import what they test by the package's name
    testFiles: files.map((file) => relative(root, file)),
  });
  return found.map(({ fileName, line, message }) => `${relative(root, fileName)}:${line ?? 1} ${message}`);
}
