import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { workerConformanceCommand } from "../../src/conformance/index.ts";

const worker = fileURLToPath(new URL("fixtures/worker.mjs", import.meta.url));

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const code = await workerConformanceCommand(args, (line) => void lines.push(line));
  return { code, lines };
}

test("a line per clause and a total; 0 when all are kept", async () => {
  const { code, lines } = await run("--only", "run/o", process.execPath, worker);
  expect(lines).toEqual(["ok   run/ok: a request is answered with one K of the same id, and its response", "1 kept, 0 broken, 0 skipped"]);
  expect(code).toBe(0);
});

test("1 when one is broken, and why", async () => {
  const { code, lines } = await run("--only", "run/o", process.execPath, worker, "answers-twice");
  expect(lines[0]).toMatch(/^FAIL run\/ok: .*\n.*a request was answered twice/s);
  expect(code).toBe(1);
});

test("a clause that does not apply says why", async () => {
  const { code, lines } = await run("--only", "run/separated", process.execPath, worker);
  expect(lines[0]).toContain('its hello has no capability "rs"');
  expect(code).toBe(0);
});

test.each([[], ["--transport", "pigeon", "x"], ["--unknown", "1", "x"], ["--only"], ["--only", "no-such", process.execPath, worker]])(
  "2 when it is not used right: %j %j %j",
  async (...args) => {
    expect((await run(...args)).code).toBe(2);
  },
);
