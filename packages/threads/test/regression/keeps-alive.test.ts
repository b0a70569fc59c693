import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const host = fileURLToPath(new URL("../fixtures/idle-host.ts", import.meta.url));

test.for(["idle", "between workers"])("a pool that is never closed keeps its process as long as calls wait: %s", async (way) => {
  const { stdout } = await promisify(execFile)(process.execPath, [host, way], { timeout: 15_000 });
  expect(stdout).toBe("answered");
});
