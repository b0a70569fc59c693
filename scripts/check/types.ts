import { join } from "node:path";
import { root } from "../workspace/root.ts";
import { runTool } from "../workspace/run-quietly.ts";
import { type Compiler, compilers } from "./compile.ts";

/** Type-checks the whole workspace: sources, tests, examples, benches, scripts. */
export async function types(compiler: Compiler): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runTool(compilers[compiler], ["--noEmit", "--pretty", "false", "-p", join(root, "tsconfig.json")]);
  return code === 0 ? [] : [`${stdout}${stderr}`.trimEnd()];
}
