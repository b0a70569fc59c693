import { FakeClock } from "@job-orch/test-support";
import { expect, test } from "vitest";
import type { PoolOptions } from "../../src/index.ts";
import { ended } from "../support/ended.ts";
import { scripted, turn } from "../support/scripted.ts";

function timed(options: PoolOptions) {
  const clock = new FakeClock();
  const bench = scripted({ environment: { clock, random: () => 0.001 }, callTimeoutMs: Infinity, ...options });
  return { ...bench, clock };
}

test("the one worker that came up is not ended for having nothing to do, while others are wanted that do not", async () => {
  const bench = timed({ size: { min: 1, max: 3 }, idleMs: 1_000 });
  const call = bench.hosted.call("first");
  bench.pool.roster.want(3);
  bench.workers[0]!.ready();
  await turn();
  bench.workers[0]!.answer(bench.workers[0]!.begin()!, "answered");
  await call;
  for (let count = 0; count < 20; count++) {
    for (const worker of bench.workers.slice(1)) worker.end();
    await bench.clock.advance(500);
  }
  expect(bench.workers[0]!.controls).toEqual([]);
  expect(bench.pool.roster.target).toBe(1);
  expect(bench.hosted.stats().workers).toMatchObject([{ state: "ready" }]);
  await ended(bench);
});

test.for([0, 1])("one that comes up when fewer are wanted by then is ended, down to the least: %i", async (min) => {
  const bench = timed({ size: { min, max: 2 }, idleMs: 1_000 });
  const call = bench.hosted.call("first");
  bench.pool.roster.want(2);
  bench.workers[0]!.ready();
  await turn();
  bench.workers[0]!.answer(bench.workers[0]!.begin()!, "answered");
  await call;
  await bench.clock.advance(1_500); // one less is wanted
  bench.workers[1]!.ready();
  for (let count = 0; count < 120; count++) {
    await bench.clock.advance(500);
    for (const worker of bench.workers) if (worker.controls.length > 0 && !worker.down) worker.end({ code: 0 });
  }
  expect(bench.hosted.stats().workers).toMatchObject(Array.from({ length: min }, () => ({ state: "ready" })));
  expect(bench.pool.roster.target).toBe(min);
  await ended(bench);
});

test("a crash loop is over when a worker stays up, also when there is nothing to do", async () => {
  const bench = timed({ size: 2, restart: { intensity: { failures: 2 } } });
  const seen: string[] = [];
  for (const name of ["crashLooping", "recovered"] as const) bench.hosted.on(name, () => seen.push(name));
  const running = bench.hosted.run();
  for (let count = 0; count < 4; count++) {
    for (const worker of bench.workers) worker.end();
    await bench.clock.advance(1_000);
  }
  const probes = bench.workers.filter(({ down }) => !down);
  expect(probes).toHaveLength(1);
  probes[0]!.ready();
  await bench.clock.advance(4_999);
  expect(seen).toEqual(["crashLooping"]);
  await bench.clock.advance(5_001);
  expect(seen).toEqual(["crashLooping", "recovered"]);
  expect(bench.workers.filter(({ down }) => !down)).toHaveLength(2); // as many as there are to be
  await ended(bench);
  await running;
  await bench.clock.advance(60_000);
  expect(bench.clock.pending).toBe(0);
});
