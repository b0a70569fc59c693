import { workspacePackages } from "../workspace/workspace-package.ts";
import { buildPackage } from "./build-package.ts";

/** Builds every package that is published, each after those it needs. Stops at the first that does not build. */
export async function buildPackages(): Promise<readonly string[]> {
  const all = workspacePackages().filter(({ manifest }) => manifest.private !== true);
  for (const one of all) {
    const problems = await buildPackage(one, all);
    if (problems.length > 0) return problems;
  }
  return [];
}
