import { build } from "esbuild";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const folder = mkdtempSync(fileURLToPath(new URL("../.stripping-", import.meta.url)));
/** What V8 compiled, the wrappers it shares between threads among it; here it does so at the second call of an import. */
const flags = ["--log-code", "--no-logfile-per-isolate", "--wasm-wrapper-tiering-budget=1"];

const files = {
  "double.worker.ts": `import { defineJob, serve } from "./job-orch.mjs";
    const run = (n: number): number => n * 2;
    serve(defineJob({ name: "double", run }));`,
  "pool.mjs": `import { defineJob, threads } from "./job-orch.mjs";
    const double = defineJob({ name: "double", run: () => 0 });
    await using pool = threads(double, new URL("./double.worker.ts", import.meta.url), { size: 2 });
    console.log(await pool.call(21));`,
  "plain.ts": `import { parentPort } from "node:worker_threads";
    parentPort?.postMessage(42 as number);`,
  "plain.mjs": `import { Worker } from "node:worker_threads";
    new Worker(new URL("./plain.ts", import.meta.url)).on("message", console.log);`,
};

beforeAll(async () => {
  await build({
    stdin: {
      contents: 'export { defineJob } from "@job-orch/core"; export { serve, threads } from "../../src/index.ts";',
      resolveDir: folder,
    },
    conditions: ["development"],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: join(folder, "job-orch.mjs"),
    logLevel: "silent",
  });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether V8 compiled such a wrapper while this program ran, which says 42. */
async function sharesWrappers(program: string): Promise<boolean> {
  const log = join(folder, `${program}.log`);
  const { stdout } = await run(process.execPath, [...flags, `--logfile=${log}`, join(folder, program)]);
  expect(stdout).toBe("42\n");
  return readFileSync(log, "utf8").includes("wasm-to-js");
}

test.runIf(process.versions.v8.startsWith("13."))(
  "threads that strip types share no compiled wrapper, of which V8 13 frees one too early now and then",
  { timeout: 60_000 },
  async () => {
    expect(await sharesWrappers("plain.mjs")).toBe(true); // else this proves nothing
    expect(await sharesWrappers("pool.mjs")).toBe(false);
  },
);
