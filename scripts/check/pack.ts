import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../workspace/root.ts";
import { runQuietly } from "../workspace/run-quietly.ts";
import { runtimeDependencies, type WorkspacePackage } from "../workspace/workspace-package.ts";

/** Where the packed packages lie as if installed: `node_modules/@job-orch/core`, with what they need beside them. */
export const consumer = join(root, "node_modules", ".cache", "job-orch", "consumer");

/** Packs one built package as it would be published; unpacks it at the consumer's. Gives the tarball, or why there is none. */
export async function pack(one: WorkspacePackage): Promise<{ readonly tarball: string } | { readonly problem: string }> {
  const tarball = join(consumer, `${one.id}.tgz`);
  const packed = await pnpm(["pack", "--out", tarball], one.folder);
  if (packed.code !== 0) return { problem: `${one.id} does not pack:\n${packed.stdout}${packed.stderr}` };

  const home = join(consumer, "node_modules", one.manifest.name);
  mkdirSync(home, { recursive: true });
  const unpacked = await runQuietly("tar", ["-xzf", tarball, "--strip-components=1", "-C", home]);
  if (unpacked.code !== 0) return { problem: `${one.id} does not unpack:\n${unpacked.stderr}` };
  linkDependencies(one);
  return { tarball };
}

export function emptyConsumer(): void {
  rmSync(consumer, { recursive: true, force: true });
  mkdirSync(consumer, { recursive: true });
}

/** Third-party packages, from where the workspace has them; ours are unpacked there themselves. */
function linkDependencies({ folder, manifest }: WorkspacePackage): void {
  for (const name of Object.keys(runtimeDependencies(manifest))) {
    const installed = join(folder, "node_modules", name);
    const link = join(consumer, "node_modules", name);
    if (name.startsWith("@job-orch/") || existsSync(link) || !existsSync(installed)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(installed, link, "junction");
  }
}

/** The pnpm that ran the install, by the npm that ran us, else the one on PATH. */
function pnpm(args: readonly string[], cwd: string): ReturnType<typeof runQuietly> {
  const npm = process.env["npm_execpath"];
  const exec = ["exec", "--yes", "--package=pnpm@12", "--", "pnpm", ...args];
  return npm?.endsWith("npm-cli.js") ? runQuietly(process.execPath, [npm, ...exec], { cwd }) : runQuietly("npm", exec, { cwd });
}
