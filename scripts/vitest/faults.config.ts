import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** One file at a time: a fault run kills processes and measures how soon others take over. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["packages/*/test/**/*.faults.ts", "examples/**/*.faults.ts"],
    pool: "forks",
    fileParallelism: false,
    retry: 0,
    testTimeout: process.env["JOB_ORCH_FAULTS"] === "smoke" ? 180_000 : 3_600_000,
    hookTimeout: 60_000,
    setupFiles: ["scripts/vitest/nothing-left-open.ts"],
    reporters: ["default", "./scripts/vitest/totals-reporter.ts"],
  },
});
