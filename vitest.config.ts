import { defineConfig } from "vitest/config";

/**
 * `npm test`: every package's tests. Forks, because the tests open SQLite files and child processes; no retries, because a
 * test that passes the second time has found something. The fault runs have their own file (`*.faults.ts`) and command.
 */
export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/**/*.test.ts", "scripts/**/*.test.ts", "bench/**/*.test.ts"],
    pool: "forks",
    maxWorkers: "100%", // by default a core is left idle, half of a small machine; most tests wait for something
    retry: 0,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    expect: { poll: { timeout: 15_000 } }, // a condition that must come is waited for as long as the test may take
    setupFiles: ["scripts/vitest/nothing-left-open.ts"],
    reporters: ["default", "./scripts/vitest/totals-reporter.ts"],
  },
});
