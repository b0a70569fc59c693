import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { root } from "./workspace/root.ts";
import { runQuietly } from "./workspace/run-quietly.ts";

/*
 * `npm run test:nodes [-- 22 26.10.0… packages/link…]`: the suite and the examples on the oldest Node that published code supports and
 * on each line since; with paths only the test files there, and no examples. The binaries come from the npm registry, as the workspace's
 * own does, into node_modules/.cache.
 */
const versions = ["22.18.0", "22.23.3", "24.21.0", "26.10.0"];

const isVersion = (argument: string): boolean => /^\d+(\.\d+)*$/.test(argument);
const wanted = process.argv.slice(2).filter(isVersion);
const paths = process.argv.slice(2).filter((argument) => !isVersion(argument));
const suite = ["node_modules/vitest/vitest.mjs", "run", ...paths];
const commands = paths.length === 0 ? [suite, ["scripts/examples.ts"]] : [suite];
const chosen = wanted.length === 0 ? versions : wanted.flatMap(matching);
let failed = 0;
for (const version of chosen) {
  const node = await fetchNode(version);
  for (const command of commands) {
    console.log(`\nNode ${version}: ${command.join(" ")}`);
    const code = await run(node, command);
    if (code !== 0) failed += 1;
  }
}
console.log(failed === 0 ? `\nAll passed on Node ${chosen.join(", ")}.` : `\n${failed} of ${chosen.length * commands.length} runs failed.`);
process.exitCode = failed === 0 ? 0 : 1;

function matching(start: string): readonly string[] {
  const known = versions.filter((version) => version === start || version.startsWith(`${start}.`));
  return known.length > 0 ? known : [start];
}

/** Where the binary is; fetched when it is not there yet. */
async function fetchNode(version: string): Promise<string> {
  const folder = join(root, "node_modules", ".cache", "job-orch", "nodes", version);
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const binary = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const { code, stderr } = await runQuietly("npm", [
    "install",
    "--prefix",
    folder,
    "--no-save",
    "--no-audit",
    "--no-fund",
    `${name}@${version}`,
  ]);
  if (code !== 0 || !existsSync(binary)) {
    console.error(`Node ${version} could not be fetched:\n${stderr}`);
    process.exit(1);
  }
  return binary;
}

/** With that Node as `node` for whatever the tests start. */
function run(node: string, args: readonly string[]): Promise<number> {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env["PATH"] ?? ""}` };
  const child = spawn(node, args, { cwd: root, env, stdio: "inherit" });
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}
