import { expect, test } from "vitest";
import { killPipeline } from "./kill-pipeline.ts";

const kills = process.env["JOB_ORCH_FAULTS"] === "smoke" ? 40 : 200;
const requests = kills * 20;

test(`a three-stage pipeline killed at ${kills} moments loses nothing, and nothing comes out twice`, { timeout: 900_000 }, async () => {
  const report = await killPipeline({ kills, requests, seed: Date.now() % 100_000, withinMs: 880_000 });
  console.log(`${kills} kills:`, JSON.stringify({ ...report, longestRecoveryMs: Math.round(report.longestRecoveryMs) }));
  expect(report).toMatchObject({ requests, lost: [], twice: [], wrong: [], unfinished: [] });
  expect(report.repeatedRuns).toBeLessThanOrEqual(report.mostRepeatedRuns);
});
