import { expect, test } from "vitest";
import { killPipeline } from "./kill-pipeline.ts";

test("a three-stage pipeline killed at 10 moments loses nothing, and nothing comes out twice", { timeout: 120_000 }, async () => {
  const report = await killPipeline({ kills: 10, requests: 200, seed: 7, withinMs: 110_000 });
  expect(report).toMatchObject({ requests: 200, lost: [], twice: [], wrong: [], unfinished: [] });
  expect(report.repeatedRuns).toBeLessThanOrEqual(report.mostRepeatedRuns);
});
