import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const host = fileURLToPath(new URL("./fixtures/poor-host.ts", import.meta.url));

test.runIf(process.platform === "linux")("a host without file descriptors says so, waits, and goes on when it has some", async () => {
  const command = `ulimit -n 64; exec "$0" "$1"`;
  const { stdout } = await promisify(execFile)("sh", ["-c", command, process.execPath, host], { timeout: 18_000 });
  expect(JSON.parse(stdout)).toEqual({ answer: "answered", failure: expect.stringMatching(/EMFILE|ENFILE|EBADF/) });
});
