import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const host = fileURLToPath(new URL("./fixtures/idle-host.ts", import.meta.url));
const worker = fileURLToPath(new URL("./fixtures/deeds.worker.ts", import.meta.url));
const TIMEOUT_MS = 15_000;

test.for(["fd3", "stdio", "unix", "tcp"])("an idle pool that is never closed lets its process end: over %s", async (transport) => {
  const { stdout } = await promisify(execFile)(process.execPath, [host, transport], { timeout: TIMEOUT_MS });
  expect(stdout).toBe("answered\n");
});

test("a pool that listened and was closed lets its process end, whoever is at its door", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [host, "listened"], { timeout: TIMEOUT_MS });
  expect(stdout).toMatch(/^tcp:.*\nclosed\n$/);
});

test("one that listens keeps its process, for workers that are still to come", async () => {
  const waiting = spawn(process.execPath, [host, "listens"], { stdio: ["ignore", "pipe", "inherit"], timeout: TIMEOUT_MS });
  const lines = createInterface({ input: waiting.stdout })[Symbol.asyncIterator]();
  const ended = once(waiting, "exit");
  const { value: address } = (await lines.next()) as { readonly value: string };
  // Starting takes long enough for a process without a reason to stay to be gone.
  const env = { ...process.env, LJP: "1", LJP_ADDR: address, LJP_TOKEN: "a-token-that-is-long-enough" };
  const dialled = once(spawn(process.execPath, [worker], { env, stdio: "ignore" }), "exit");
  expect((await lines.next()).value).toBe("answered");
  expect(await ended).toEqual([0, null]);
  await dialled;
});
