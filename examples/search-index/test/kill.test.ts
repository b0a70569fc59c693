import { expect, test } from "vitest";
import { killLoop } from "./kill-loop.ts";

test("a run killed at 10 moments and begun again loses nothing and indexes nothing twice", { timeout: 180_000 }, async () => {
  const report = await killLoop({ kills: 10, files: 900, seed: 11, withinMs: 150_000 });
  expect(report).toMatchObject({ kills: 10, lost: [], strays: [], twice: 0, wrongDeadLetters: [], waiting: 0, failures: [] });
  expect(report.atWork).toBeGreaterThan(5);
});
