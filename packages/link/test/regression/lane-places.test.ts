import { FakeClock } from "@job-orch/test-support";
import { expect, test } from "vitest";
import type { PoolOptions } from "../../src/index.ts";
import { ended } from "../support/ended.ts";
import { type ScriptedWorker, scripted, turn } from "../support/scripted.ts";

function timed(options: PoolOptions) {
  const clock = new FakeClock();
  const bench = scripted({ environment: { clock, random: () => 0.5 }, callTimeoutMs: Infinity, idleMs: 1_000, ...options });
  /** The last that stood there. */
  const at = (place: number): ScriptedWorker => bench.workers.findLast(({ start }) => start.place === place)!;
  /** Time in which workers come up, answer all they are given, and end when they are told to. */
  const live = async (ms: number): Promise<void> => {
    for (let leftMs = ms; leftMs > 0; leftMs -= 500) {
      await clock.advance(500);
      for (const worker of bench.workers) if (!worker.down) worker.ready();
      await turn();
      for (const worker of bench.workers.filter(({ down }) => !down)) {
        for (let next = worker.begin(); next !== undefined; next = worker.begin()) worker.answer(next, next.body);
        if (worker.controls.length > 0) worker.end({ code: 0 });
      }
      await turn();
    }
  };
  return { ...bench, clock, at, live };
}

test("a lane whose worker waits to be started again keeps it wanted, while others have nothing to do", async () => {
  const bench = timed({ size: { min: 1, max: 2 }, restart: { backoff: { baseMs: 60_000, maxMs: 60_000 } } });
  const first = bench.hosted.call("first", { lane: 0 });
  bench.pool.roster.want(2);
  for (const worker of bench.workers) worker.ready();
  await turn();
  bench.at(0).answer(bench.at(0).begin()!, "first");
  await first;
  bench.at(1).end();
  bench.at(1).end(); // at once again: from now on it waits
  const waiting = bench.hosted.call("second", { lane: 1 });
  await bench.live(60_000);
  expect(await waiting).toBe("second");
  await bench.live(2_000); // and then it may be one less
  expect(bench.pool.roster.target).toBe(1);
  await ended(bench);
});

test("a lane whose worker ends when fewer are wanted gets another one in its place", async () => {
  const bench = timed({ size: { min: 1, max: 3 } });
  const running = bench.hosted.sendReceive("ends it", { lane: 2 });
  for (const worker of bench.workers) worker.ready(); // two at a time
  for (const worker of bench.workers) worker.ready();
  await turn();
  bench.at(2).begin();
  for (const place of [0, 1]) {
    await bench.clock.advance(2_000);
    const told = [0, 1].map((one) => bench.at(one)).find(({ down, controls }) => !down && controls.length > 0);
    told?.end({ code: 0 });
    expect([place, told === undefined]).toEqual([place, false]);
  }
  const waiting = bench.hosted.call("next", { lane: 2 });
  await turn();
  bench.at(2).end();
  expect(await running).toMatchObject({ ok: false, error: { code: "ERR_WORKER_CRASHED" } });
  await bench.live(1_000);
  expect(await waiting).toBe("next");
  await ended(bench);
});

test("who waited for room behind others gets a worker in its place when it comes in", async () => {
  const bench = timed({ size: { min: 1, max: 2 }, queue: { maxItems: 1 } });
  const running = bench.hosted.run();
  const stopping = bench.hosted.stop({ graceMs: 0 });
  bench.at(0).end({ code: 0 });
  await Promise.all([stopping, running]);
  const calls = [bench.hosted.call("in none"), bench.hosted.call("in lane", { lane: 1 })];
  const again = bench.hosted.run();
  await bench.live(2_000);
  expect(await Promise.all(calls)).toEqual(["in none", "in lane"]);
  await ended(bench);
  await again;
});
