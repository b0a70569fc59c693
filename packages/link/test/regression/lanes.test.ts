import { describe, expect, test } from "vitest";
import { ended } from "../support/ended.ts";
import { type ScriptedWorker, scripted, turn } from "../support/scripted.ts";

/** A lane whose worker runs its first request, holds the next three, and is replaced by a fresh one. */
async function replaced(shares: boolean) {
  const bench = scripted({ maxWindow: 4, targetMs: 1_000, callTimeoutMs: Infinity }, shares);
  const first = bench.hosted.call(0, { lane: 0 });
  bench.last().ready({ tellsBegun: true });
  await turn();
  bench.last().answer(bench.last().begin()!, 0); // and its window has room for more from now on
  await first;
  const aborter = new AbortController();
  const calls = [1, 2, 3, 4, 5, 6].map((value) =>
    bench.hosted.sendReceive(value, value === 1 ? { lane: 0, signal: aborter.signal } : { lane: 0 }),
  );
  await turn();
  const old = bench.last();
  const running = old.begin()!;
  bench.pool.roster.recycle(bench.pool.roster.ready[0]!);
  bench.last().ready({ tellsBegun: true });
  await turn();
  const fresh = bench.last();
  const bodies = (): unknown[] => fresh.given.map(({ body }) => body);
  return { bench, calls, old, running, fresh, bodies, aborter };
}

async function finish(worker: ScriptedWorker): Promise<readonly unknown[]> {
  const order: unknown[] = [];
  for (let rest = 3; rest > 0; rest--) {
    for (let next = worker.begin(); next !== undefined; next = worker.begin()) {
      order.push(next.body);
      worker.answer(next, next.body);
      rest = 3;
    }
    await turn();
  }
  return order;
}

describe.each([true, false])("a lane whose worker is replaced by a fresh one (claims: %s)", (shares) => {
  test("goes on there in order, when the old one has ended what it began", async () => {
    const { bench, calls, old, running, fresh, bodies } = await replaced(shares);
    expect(bodies()).toEqual([]); // 2, 3 and 4 are still with the old one
    old.skip(...old.given.splice(0));
    await turn();
    expect(bodies()).toEqual([]); // 1 still runs there
    const late = bench.hosted.sendReceive(7, { lane: 0 });
    const anywhere = bench.hosted.sendReceive("in no lane");
    await turn();
    expect(bodies()).toEqual(["in no lane"]);
    old.answer(running, 1);
    old.end({ code: 0 });
    expect(await finish(fresh)).toEqual(["in no lane", 2, 3, 4, 5, 6, 7]);
    expect((await Promise.all([...calls, late, anywhere])).every(({ ok }) => ok)).toBe(true);
    await ended(bench);
  });

  test("goes on there when nobody waits any more for what the old one runs, or when that ends", async () => {
    const given = await replaced(shares);
    given.old.skip(...given.old.given.splice(0));
    await turn();
    given.aborter.abort();
    await turn();
    expect(await finish(given.fresh)).toEqual([2, 3, 4, 5, 6]);
    await ended(given.bench);
    const died = await replaced(shares);
    died.old.end({ code: 1 });
    await turn();
    expect(await finish(died.fresh)).toEqual([2, 3, 4, 5, 6]);
    expect(await died.calls[0]).toMatchObject({ ok: false, error: { code: "ERR_WORKER_CRASHED" } });
    await ended(died.bench);
  });
});

test("a lane that is never empty does not starve those in none", async () => {
  const bench = scripted({ maxWindow: 2 });
  const calls: Promise<unknown>[] = [];
  const inLane = (): unknown => calls.push(bench.hosted.sendReceive("in lane", { lane: 0 }));
  for (let count = 0; count < 6; count++) inLane();
  let answered = false;
  calls.push(bench.hosted.call("in none").then(() => (answered = true)));
  await turn();
  bench.last().ready();
  for (let count = 0; count < 100 && !answered; count++) {
    await turn();
    const next = bench.last().begin();
    if (next !== undefined) bench.last().answer(next, null);
    inLane();
  }
  expect(answered).toBe(true);
  await ended(bench);
  await Promise.all(calls);
});

test("of workers that answer in turn, none starves its lane for those in none", async () => {
  const bench = scripted({ size: 8, maxWindow: 2, callTimeoutMs: Infinity });
  const calls: Promise<unknown>[] = [];
  for (let count = 0; count < 200; count++) calls.push(bench.hosted.sendReceive("in none"));
  const places = [0, 1, 2, 3, 4, 5, 6, 7];
  for (const lane of [...places, ...places, ...places]) calls.push(bench.hosted.sendReceive(lane, { lane }));
  for (const worker of bench.workers) worker.ready();
  await turn();
  const served: number[] = [];
  for (let round = 0; round < 15; round++) {
    for (const worker of bench.workers) {
      const next = worker.begin()!;
      if (next.body !== "in none") served.push(next.body as number);
      worker.answer(next, null);
      await turn();
    }
  }
  expect(served.toSorted((a, b) => a - b)).toEqual(places.flatMap((place) => [place, place, place]));
  await ended(bench);
  await Promise.all(calls);
});

test("a lane keeps its order when some of it waits for room behind another lane, and its worker is idle", async () => {
  const bench = scripted({ size: 2, maxWindow: 2, queue: { maxItems: 1 } });
  const calls: Promise<unknown>[] = [];
  const ask = (value: string, lane: number): unknown => calls.push(bench.hosted.call(value, { lane }));
  ask("a1", 0);
  await turn();
  const [zero, one] = bench.workers as [ScriptedWorker, ScriptedWorker];
  for (const worker of [zero, one]) worker.ready();
  await turn();
  ask("a2", 0);
  ask("b1", 1);
  ask("b2", 1);
  ask("a3", 0); // the queue is full with it
  ask("b3", 1);
  await turn();
  expect(await finish(one)).toEqual(["b1", "b2"]);
  ask("b4", 1);
  await turn();
  expect(one.given).toEqual([]);
  expect(await finish(zero)).toEqual(["a1", "a2", "a3"]);
  expect(await finish(one)).toEqual(["b3", "b4"]);
  await Promise.all(calls);
  await ended(bench);
});
