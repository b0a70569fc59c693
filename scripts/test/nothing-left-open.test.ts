import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs one fixture under the workspace's own setup, as `npm test` would. */
function run(fixture: string): Promise<{ readonly code: number; readonly output: string; readonly lastLine: string | undefined }> {
  const args = ["node_modules/vitest/vitest.mjs", "run", "--config", "scripts/test/fixtures/vitest.config.ts", fixture];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: root, env: { ...process.env, NO_COLOR: "1" } }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr, lastLine: stdout.trimEnd().split("\n").at(-1) });
    });
  });
}

test.concurrent("a file that closes what it opened passes, and the last line counts its tests", async ({ expect }) => {
  const { code, lastLine } = await run("closes-everything");
  expect(lastLine).toBe("1 passed, 0 failed, 1 skipped");
  expect(code).toBe(0);
});

test.concurrent.for([
  ["leaves-a-timer", "1 × Timeout"],
  ["leaves-a-server", "1 × TCPServerWrap"],
  ["leaves-a-worker", "1 × Worker"],
  ["leaves-a-child", "1 × ProcessWrap"],
])("%s is a failure that names it: %s", async ([fixture, left], { expect }) => {
  const { code, output, lastLine } = await run(fixture ?? "");
  expect(output).toContain(`Left open after this test file: ${left}`);
  expect(lastLine).toBe("1 passed, 1 failed, 0 skipped");
  expect(code).toBe(1);
});

test.concurrent("a rejection that nobody handles fails the run although its test passed", async ({ expect }) => {
  const { code, lastLine } = await run("rejects-unhandled");
  expect(lastLine).toBe("1 passed, 1 failed, 0 skipped");
  expect(code).toBe(1);
});
