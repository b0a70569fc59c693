import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { filesIn } from "../workspace/files-in.ts";
import { root } from "../workspace/root.ts";
import { runTool } from "../workspace/run-quietly.ts";
import type { WorkspacePackage } from "../workspace/workspace-package.ts";

const cache = join(root, "node_modules", ".cache", "job-orch", "build");

/**
 * Compiles one package to `dist/`: JavaScript, declarations, source maps. Packages that it needs must be built already: their
 * built declarations stand in for their sources, or they would be compiled into this package once more.
 *
 * @returns what went wrong, one problem per entry.
 */
export async function buildPackage(one: WorkspacePackage, all: readonly WorkspacePackage[]): Promise<readonly string[]> {
  mkdirSync(cache, { recursive: true });
  rmSync(join(one.folder, "dist"), { recursive: true, force: true });
  const config = join(cache, `${one.id}.json`);
  writeFileSync(config, JSON.stringify(compilerConfig(one, all), null, 2));
  const { code, stdout, stderr } = await runTool("typescript/bin/tsc", ["-p", config]);
  if (code !== 0) return [`${one.id} does not build:\n${stdout}${stderr}`];
  return [...finishDist(join(one.folder, "dist")), ...missingEntries(one)];
}

/** What the manifest promises to users and the sources do not make. */
function missingEntries({ id, folder, manifest }: WorkspacePackage): readonly string[] {
  const targets = Object.values(manifest.publishConfig?.exports ?? {}).flatMap((target) =>
    typeof target === "object" && target !== null ? Object.values(target as Readonly<Record<string, unknown>>) : [target],
  );
  return targets
    .filter((target) => typeof target === "string" && !existsSync(join(folder, target)))
    .map((target) => `${id} publishes ${String(target)}, which its sources do not make`);
}

function compilerConfig(one: WorkspacePackage, all: readonly WorkspacePackage[]): unknown {
  const paths = Object.assign({}, ...all.filter((other) => other !== one).map(builtTypes)) as Record<string, readonly string[]>;
  return {
    extends: join(root, "tsconfig.build.json"),
    compilerOptions: { rootDir: join(one.folder, "src"), outDir: join(one.folder, "dist"), paths },
    include: [join(one.folder, "src")],
  };
}

/** From import specifier to built declaration, for each entry of a package: `@job-orch/core` → `…/core/dist/index.d.ts`. */
function builtTypes({ folder, manifest }: WorkspacePackage): Record<string, readonly string[]> {
  const entries = Object.entries(manifest.publishConfig?.exports ?? {});
  return Object.fromEntries(
    entries.flatMap(([entry, target]) => {
      const types = typeof target === "object" && target !== null && "types" in target ? target.types : undefined;
      return typeof types === "string" ? [[`${manifest.name}${entry.slice(1)}`, [join(folder, types)]]] : [];
    }),
  );
}

/** Declarations keep the `.ts` of relative imports, which not every compiler resolves; a URL to a `.ts` file is a mistake. */
function finishDist(dist: string): readonly string[] {
  for (const file of filesIn(dist, ".d.ts")) {
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/((?:from|import)\s*\(?\s*["']\.{1,2}\/[^"']*)\.ts(["'])/g, "$1.js$2"));
  }
  return filesIn(dist, ".js").flatMap((file) => {
    const code = readFileSync(file, "utf8").replace(/^\s*(?:\*|\/\/).*$/gm, ""); // examples in comments are of sources
    const found = /new URL\(\s*["'`][^"'`]*\.ts["'`]/.exec(code);
    return found === null ? [] : [`${relative(root, file)}: ${found[0]}… points at a source file; there is none in what is published`];
  });
}
