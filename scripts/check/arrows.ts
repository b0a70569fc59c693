import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import ts from "typescript-5";
import { filesIn } from "../workspace/files-in.ts";
import { root } from "../workspace/root.ts";
import { type Manifest, runtimeDependencies, type WorkspacePackage, workspacePackages } from "../workspace/workspace-package.ts";

/** Which packages of ours a package may need to run. Not listed: an adapter, which may need core. */
const mayNeed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  link: ["core", "supervisor"],
  threads: ["core", "link"],
  processes: ["core", "link"],
  events: ["core", "timers"],
  actors: ["core", "link"],
};
/** Everything that core needs besides Node. */
const coreMayNeed = ["@standard-schema/spec", "eventemitter3"];
/** The one package that may need it. */
const onlyIn: Readonly<Record<string, string>> = { rxjs: "memory" };

/** Dependencies point one way (ARCHITECTURE.md): reads every manifest and every import of `packages/`. */
export function arrows(): readonly string[] {
  const all = workspacePackages();
  return all.flatMap((one) => [...manifestArrows(one, all), ...importArrows(one)]);
}

function manifestArrows({ id, manifest }: WorkspacePackage, all: readonly WorkspacePackage[]): readonly string[] {
  const needed = Object.keys(runtimeDependencies(manifest));
  const allowed = new Set((mayNeed[id] ?? ["core"]).map((other) => `@job-orch/${other}`));
  const ours = new Set(all.map((one) => one.manifest.name));
  const problems = needed.filter((name) => ours.has(name) && !allowed.has(name)).map((name) => `${id} must not need ${name} to run`);
  if (id === "core")
    problems.push(...needed.filter((name) => !coreMayNeed.includes(name)).map((name) => `core must not need ${name} to run`));
  if ("@job-orch/core" in (manifest.dependencies ?? {})) {
    problems.push(`${id} must have core as a peer, not as a dependency: there is to be one copy of the error classes`);
  }
  for (const name of needed) {
    const home = onlyIn[name];
    if (home !== undefined && home !== id) problems.push(`${id} must not need ${name}: it lives in ${home} only`);
  }
  return problems;
}

function importArrows({ folder, manifest }: WorkspacePackage): readonly string[] {
  const runtime = new Set([...Object.keys(runtimeDependencies(manifest)), manifest.name]);
  const development = new Set([...runtime, ...Object.keys(manifest.devDependencies ?? {}), ...workspaceTools()]);
  return filesIn(folder, ".ts").flatMap((file) => {
    const published = file.startsWith(join(folder, "src") + sep);
    const allowed = published ? runtime : development;
    return importsOf(file)
      .map((specifier) => wrong(specifier, file, folder, allowed))
      .filter((why) => why !== undefined)
      .map((why) => `${relative(root, file)} ${why}`);
  });
}

function wrong(specifier: string, file: string, folder: string, allowed: ReadonlySet<string>): string | undefined {
  if (isBuiltin(specifier)) return specifier.startsWith("node:") ? undefined : `imports ${specifier} without "node:"`;
  if (specifier.startsWith(".")) {
    const target = resolve(dirname(file), specifier);
    return target.startsWith(folder + sep) ? undefined : `imports ${specifier}, which is outside its package`;
  }
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  return allowed.has(name) ? undefined : `imports ${name}, which its package does not declare for that`;
}

function importsOf(file: string): readonly string[] {
  return ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles.map(({ fileName }) => fileName);
}

/** What tests may use because the workspace has it. */
function workspaceTools(): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  return Object.keys(manifest.devDependencies ?? {});
}
