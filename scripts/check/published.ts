import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { runQuietly, runTool } from "../workspace/run-quietly.ts";
import { type WorkspacePackage, workspacePackages } from "../workspace/workspace-package.ts";
import { compile, type Compiler } from "./compile.ts";
import { consumer, emptyConsumer, pack } from "./pack.ts";

/** Packs every built package and looks at it as a user's tools do: publint, arethetypeswrong, both compilers, Node. */
export async function published(): Promise<readonly string[]> {
  emptyConsumer();
  const problems: string[] = [];
  const packages = workspacePackages().filter(({ manifest }) => manifest.private !== true);
  for (const one of packages) {
    const packed = await pack(one);
    if ("problem" in packed) problems.push(packed.problem);
    else problems.push(...(await lint(one, packed.tarball)), ...(await typesResolve(one, packed.tarball)));
  }
  return problems.length > 0 ? problems : use(packages);
}

async function lint(one: WorkspacePackage, tarball: string): Promise<readonly string[]> {
  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    level: "warning",
    strict: true,
  });
  return messages.map((message) => `${one.id}: ${formatMessage(message, pkg, { color: false }) ?? message.code}`);
}

async function typesResolve(one: WorkspacePackage, tarball: string): Promise<readonly string[]> {
  const args = [tarball, "--profile", "esm-only", "--no-emoji", "--no-color", "--format", "ascii"];
  const { code, stdout, stderr } = await runTool("@arethetypeswrong/cli/dist/index.js", args);
  return code === 0 ? [] : [`${one.id}: the types do not resolve as they should:\n${stdout}${stderr}`];
}

/** Imports every entry of every package: checked by both compilers down to our declarations, then run by Node. */
async function use(packages: readonly WorkspacePackage[]): Promise<readonly string[]> {
  const entries = packages.flatMap(({ manifest }) =>
    Object.keys(manifest.publishConfig?.exports ?? {})
      .filter((entry) => !entry.endsWith(".json"))
      .map((entry) => `${manifest.name}${entry.slice(1)}`),
  );
  const lines = entries.map((entry, index) => `import * as entry${index} from "${entry}";\nvoid entry${index};\n`).join("");
  const typed = join(consumer, "consumer.mts");
  const plain = join(consumer, "consumer.mjs");
  writeFileSync(typed, lines);
  writeFileSync(plain, lines);
  const run = await runQuietly(process.execPath, [plain], { cwd: consumer });
  return [
    ...(await checkWith("TypeScript 7", typed)),
    ...(await checkWith("TypeScript 5.9", typed)),
    ...(run.code === 0 ? [] : [`The built packages do not load:\n${run.stderr}`]),
  ];
}

async function checkWith(compiler: Compiler, file: string): Promise<readonly string[]> {
  const { diagnostics, rest } = await compile(compiler, "consumer", [file], { skipLibCheck: false });
  const ours = diagnostics.filter((diagnostic) => diagnostic.file.includes("job-orch/consumer"));
  return [
    ...(rest === "" ? [] : [rest]),
    ...ours.map(({ file: at, line, code, message }) => `${compiler}: ${at}:${line} ${code}: ${message}`),
  ];
}
