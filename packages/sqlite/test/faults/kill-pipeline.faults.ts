import { expect, test } from "vitest";
import { killPipeline } from "./kill-pipeline.ts";

test("a three-stage pipeline killed at 200 moments loses nothing, and nothing comes out twice", { timeout: 900_000 }, async () => {
  const report = await killPipeline({ kills: 200, requests: 4_000, seed: Date.now() % 100_000, withinMs: 880_000 });
  console.log("200 kills:", JSON.stringify({ ...report, longestRecoveryMs: Math.round(report.longestRecoveryMs) }));
  expect(report).toMatchObject({ requests: 4_000, lost: [], twice: [], wrong: [], unfinished: [] });
  expect(report.repeatedRuns).toBeLessThanOrEqual(report.mostRepeatedRuns);
});
