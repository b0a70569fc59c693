import { expect, test } from "vitest";
import { scripted, turn } from "../support/scripted.ts";

/** A request whose worker ended under it once: it waits to run alone, while its next worker is busy with another. */
async function suspected(options = {}) {
  const bench = scripted({ retry: { onCrash: true }, concurrency: 2, callTimeoutMs: 5_000, ...options });
  const suspect = bench.hosted.sendReceive("suspect", { id: "suspect" });
  bench.last().ready();
  await turn();
  bench.last().begin();
  bench.last().end();
  await turn();
  const other = bench.hosted.sendReceive("other");
  await turn();
  return { ...bench, suspect, other };
}

test("a request that waits to run alone outlives the worker that was kept for it", async () => {
  const { hosted, last, workers, suspect } = await suspected();
  last().ready(); // it is given the suspect, alone
  await turn();
  const alone = last().begin();
  expect(alone?.body).toBe("suspect");
  expect(last().begin()).toBeUndefined();
  last().answer(alone!, "innocent");
  expect(await suspect).toEqual({ ok: true, value: "innocent" });
  await turn();
  const busy = last().begin();
  expect(busy?.body).toBe("other");
  // Again a suspect, while this worker is busy: it is kept, but not free yet when it ends.
  const second = hosted.sendReceive("second");
  await turn();
  last().begin();
  last().end();
  await turn();
  last().ready();
  await turn();
  expect(workers).toHaveLength(3);
  for (const name of ["first", "second"]) {
    await turn();
    const next = last().begin();
    expect(next, name).toBeDefined();
    last().answer(next!, "done");
  }
  expect(await second).toEqual({ ok: true, value: "done" });
  closeAll(workers);
  await hosted.close();
});

test("a busy worker that was kept for a suspect and ends does not take it along", async () => {
  const { hosted, last, workers, suspect, other } = await suspected({ size: 2, retry: { onCrash: true } });
  const [, second, third] = workers;
  const free = second?.down === false && third === undefined ? second : third;
  for (const worker of workers.slice(1)) worker.ready();
  await turn();
  for (let count = 0; count < 10; count++) {
    for (const worker of workers) {
      if (worker.down) continue;
      if (worker === free && count === 0) worker.end();
      else for (let next = worker.begin(); next !== undefined; next = worker.begin()) worker.answer(next, "done");
    }
    await turn();
    if (last().given.length === 0 && !last().down) last().ready();
    await turn();
  }
  expect(await Promise.all([suspect, other])).toEqual([
    { ok: true, value: "done" },
    { ok: true, value: "done" },
  ]);
  closeAll(workers);
  await hosted.close();
});

test("given up while it waits to run alone, it leaves nothing behind: the next call is answered", async () => {
  const { hosted, last, workers, suspect, other } = await suspected();
  await hosted.cancel("suspect");
  expect(await suspect).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
  last().ready();
  await turn();
  last().answer(last().begin()!, "answered");
  expect(await other).toEqual({ ok: true, value: "answered" });
  const idle = hosted.call("straight to an idle worker");
  await turn();
  last().answer(last().begin()!, "here");
  expect(await idle).toBe("here");
  expect(hosted.stats()).toMatchObject({ waiting: 0, pending: 0 });
  closeAll(workers);
  await hosted.close();
});

test("a crash is remembered only where its request can come again", async () => {
  const { pool, hosted, last } = scripted();
  for (const id of [undefined, "named"]) {
    const call = hosted.sendReceive("dies", id === undefined ? undefined : { id });
    await turn();
    last().ready();
    await turn();
    last().begin();
    last().end();
    expect(await call).toMatchObject({ ok: false, error: { code: "ERR_WORKER_CRASHED" } });
    expect(pool.suspects.isEmpty).toBe(id === undefined);
  }
  const closing = hosted.close();
  last().end({ code: 0 });
  await closing;
});

function closeAll(workers: readonly { end: (exit?: { code: number }) => void }[]): void {
  for (const worker of workers) queueMicrotask(() => worker.end({ code: 0 }));
}
