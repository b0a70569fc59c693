import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("./fixtures/bundled/", import.meta.url));
const entries = { main: join(folder, "main.ts"), "double.worker": join(folder, "double.worker.ts") };

/** Each makes `main` and the worker into `out`, as its users would. */
const bundlers: Readonly<Record<string, (out: string) => Promise<void>>> = {
  esbuild: async (out) => {
    const { build } = await import("esbuild");
    await build({
      entryPoints: entries,
      bundle: true,
      platform: "node",
      format: "esm",
      outdir: out,
      outExtension: { ".js": ".mjs" },
      logLevel: "silent",
    });
  },
  vite: async (out) => {
    const { build } = await import("vite");
    await build({
      configFile: false,
      logLevel: "silent",
      root: folder,
      ssr: { noExternal: true },
      build: { ssr: true, outDir: out, emptyOutDir: false, rollupOptions: { input: entries, output: { entryFileNames: "[name].mjs" } } },
    });
  },
  tsdown: async (out) => {
    const { build } = await import("tsdown");
    await build({
      entry: entries,
      outDir: out,
      format: "esm",
      platform: "node",
      config: false,
      dts: false,
      logLevel: "silent",
      deps: { alwaysBundle: [/.*/] },
    });
  },
};

test.for(Object.keys(bundlers))("bundled by %s, main and worker find each other", { timeout: 60_000 }, async (name) => {
  const out = mkdtempSync(join(folder, "../../.bundled-"));
  try {
    await bundlers[name]?.(out);
    const { stdout } = await run(process.execPath, [join(out, "main.mjs")]);
    expect(stdout).toBe("42\n");
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});

test("unbuilt, as it is", async () => {
  const { stdout } = await run(process.execPath, [entries.main]);
  expect(stdout).toBe("42\n");
});
