import { defineJob } from "@job-orch/core";
import { FakeClock, turns } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { hostJob, inlineFactory, Pool } from "../../src/index.ts";

test("a cache that never answers does not hold its callers longer than they wait", async () => {
  const clock = new FakeClock();
  const late = defineJob({ name: "late", run: (value: number) => value, getCache: () => new Promise<undefined>(() => undefined) });
  const environment = { clock, random: () => 0 };
  const pool = new Pool({ name: "late", options: { size: 1, environment, callTimeoutMs: 2_000 }, factory: inlineFactory([late]) });
  await using hosted = hostJob(late, pool, () => undefined, true);
  const aborter = new AbortController();
  const how = [{}, { timeoutMs: 1_000 }, { deadline: clock.now() + 500 }, { timeoutMs: Infinity, signal: aborter.signal }];
  const ends: unknown[] = [];
  const calls = how.map(async (options, at) => {
    const result = await hosted.sendReceive(at, options);
    ends.push([at, result.ok || ((result.error as { readonly code?: unknown }).code ?? result.error.message)]);
  });
  await clock.advance(499);
  expect(ends).toEqual([]);
  await clock.advance(1_501);
  expect(ends).toEqual([2, 1, 0].map((at) => [at, "ERR_DEADLINE"]));
  aborter.abort(new Error("changed my mind"));
  await Promise.all(calls);
  expect(ends.at(-1)).toEqual([3, "changed my mind"]);
  await turns();
  expect(clock.pending).toBe(0);
});
