import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";

export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly exports?: unknown;
  readonly publishConfig?: { readonly exports?: Readonly<Record<string, unknown>> };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface WorkspacePackage {
  /** The folder's name: `core`, `sqlite`. */
  readonly id: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Everything in `packages/`, each after the packages it needs to run. */
export function workspacePackages(): readonly WorkspacePackage[] {
  const parent = join(root, "packages");
  const all = readdirSync(parent)
    .sort()
    .map((id) => ({ id, folder: join(parent, id) }))
    .filter(({ folder }) => existsSync(join(folder, "package.json")))
    .map(({ id, folder }) => ({ id, folder, manifest: readManifest(folder) }));
  const sorted = new Set<WorkspacePackage>();
  for (const one of all) place(one, all, sorted);
  return [...sorted];
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** What the published package needs to be there: dependencies, peers, optional ones. */
export function runtimeDependencies(manifest: Manifest): Readonly<Record<string, string>> {
  return { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
}

function place(one: WorkspacePackage, all: readonly WorkspacePackage[], sorted: Set<WorkspacePackage>): void {
  if (sorted.has(one)) return;
  const needed = runtimeDependencies(one.manifest);
  for (const other of all) if (other !== one && other.manifest.name in needed) place(other, all, sorted);
  sorted.add(one);
}
