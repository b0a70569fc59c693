import { workspacePackages } from "../workspace/workspace-package.ts";
import { buildPackage } from "./build-package.ts";

/** Builds every package, each after those it needs. Stops at the first that does not build. */
export async function buildPackages(): Promise<readonly string[]> {
  const all = workspacePackages();
  for (const one of all) {
    const problems = await buildPackage(one, all);
    if (problems.length > 0) return problems;
  }
  return [];
}
