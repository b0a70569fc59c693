import { expect, test } from "vitest";
import { killLoop } from "./kill-loop.ts";

const full = process.env["JOB_ORCH_FAULTS"] !== "smoke";

test("a run killed again and again loses nothing and indexes nothing twice", { timeout: 3_600_000 }, async () => {
  const seed = Date.now() % 100_000;
  const report = await killLoop({ kills: full ? 200 : 20, files: full ? 3_000 : 900, seed, withinMs: 3_500_000 });
  console.log(JSON.stringify(report));
  expect(report).toMatchObject({ lost: [], strays: [], twice: 0, wrongDeadLetters: [], waiting: 0, failures: [] });
});
