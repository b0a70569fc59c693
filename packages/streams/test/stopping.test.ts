import { Readable } from "node:stream";
import { until } from "@job-orch/test-support";
import { afterAll, describe, expect, test } from "vitest";
import { parallel, stagesJob } from "../src/index.ts";
import { readerIterator } from "../src/source/reader-iterator.ts";
import type { StagesRequest, StagesResponse } from "../src/work/work.ts";
import { closable } from "./fixtures/closable.ts";
import { functions, pool, upTo } from "./fixtures/pool.ts";

const threads = pool();
afterAll(() => threads.close());
const forced = { pool: threads, functions, force: true } as const;

/** Items that each keep a worker busy for `waitMs` and count that they were begun. */
function ticking(count: number, waitMs: number) {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  return { begun: () => Atomics.load(counter, 0), items: upTo(count).map((at) => ({ counter, at, waitMs })) };
}

/** Whether nothing of it is worked on any more: the count stands still while the workers answer others. */
async function standsStill(begun: () => number): Promise<boolean> {
  const before = begun();
  await parallel(upTo(40), { ...forced, chunk: 1 })
    .map("heavy")
    .toArray();
  return begun() === before;
}

describe("stopping", () => {
  for (const order of ["keep", "any"] as const) {
    test(`leaving the loop stops the workers within a chunk and closes the source: ${order}`, async () => {
      const { begun, items } = ticking(4_000, 1);
      const { source, isClosed } = closable(items);
      for await (const _ of parallel(source, { ...forced, order, chunk: 100 }).map("tick")) break;
      expect(isClosed()).toBe(true);
      expect(threads.stats().pending).toBe(0);
      expect(await standsStill(begun)).toBe(true);
      expect(begun()).toBeLessThan(1_000); // 8 chunks of 100 were handed out
    });
  }

  test("an aborted signal stops the workers in the middle of a chunk", async () => {
    const { begun, items } = ticking(2_000, 1);
    const abort = new AbortController();
    const all = parallel(items, { ...forced, chunk: 1_000, signal: abort.signal })
      .map("tick")
      .toArray();
    all.catch(() => undefined);
    await until("a worker has begun", () => begun() > 5);
    abort.abort(new RangeError("enough"));
    await expect(all).rejects.toThrow("enough");
    expect(await standsStill(begun)).toBe(true);
    expect(begun()).toBeLessThan(1_500);
    await expect(
      parallel(items, { ...forced, signal: abort.signal })
        .map("tick")
        .toArray(),
    ).rejects.toThrow("enough");
  });

  test("an aborted signal stops a sweep of a typed array", async () => {
    const view = new Float64Array(new SharedArrayBuffer(8 * 200_000));
    const target = new Float64Array(new SharedArrayBuffer(8 * 200_000)).fill(Number.NaN);
    const written = (): number => target.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
    const abort = new AbortController();
    const filled = parallel(view, { ...forced, signal: abort.signal })
      .map("heavy")
      .into(target);
    filled.catch(() => undefined);
    await until("a worker works", () => written() > 0);
    abort.abort(new RangeError("enough"));
    await expect(filled).rejects.toThrow("enough");
    expect(threads.stats().pending).toBe(0);
    expect(await standsStill(written)).toBe(true);
    expect(written()).toBeLessThan(200_000);
  });

  test("a find ends what is behind it", async () => {
    const { begun, items } = ticking(3_000, 1);
    const stream = parallel(items, { ...forced, chunk: 20 }).map("tick");
    expect(await stream.find("is30")).toBe(30);
    expect(threads.stats().pending).toBe(0);
    expect(await standsStill(begun)).toBe(true);
    expect(begun()).toBeLessThan(500);
  });

  test("an error closes the source", async () => {
    let closed = 0;
    const source = {
      [Symbol.asyncIterator]: () => {
        let at = 0;
        return {
          next: async () => ({ done: false, value: at++ }) as const,
          return: async () => ({ done: true, value: closed++ }) as const,
        };
      },
    };
    await expect(
      parallel(source, { ...forced, chunk: 3 })
        .map("failsAt5")
        .toArray(),
    ).rejects.toThrow("five");
    expect(closed).toBe(1);
  });

  test("what the source throws when it is closed is heard, unless something else went wrong before", async () => {
    const source = function* () {
      try {
        yield* upTo(100);
      } finally {
        throw new RangeError("does not close"); // oxlint-disable-line no-unsafe-finally
      }
    };
    await expect(parallel(source(), { ...forced, chunk: 3 }).take(1)).rejects.toThrow("does not close");
    await expect(
      parallel(source(), { ...forced, chunk: 3 })
        .map("failsAt5")
        .toArray(),
    ).rejects.toThrow("five");
  });

  test("sources that wait for data are closed all the same", async () => {
    const node = new Readable({ objectMode: true, read: () => undefined });
    for (const value of upTo(20)) node.push(value);
    expect(
      await parallel(node, { ...forced, chunk: 4 })
        .map("twice")
        .take(3),
    ).toEqual([0, 2, 4]);
    await until("it is closed", () => node.destroyed);

    let cancelled = false;
    const web = new ReadableStream<number>({
      start: (controller) => {
        for (const value of upTo(20)) controller.enqueue(value);
      },
      cancel: () => {
        cancelled = true;
      },
    });
    expect(
      await parallel(web, { ...forced, chunk: 4 })
        .map("twice")
        .take(3),
    ).toEqual([0, 2, 4]);
    await until("it is cancelled", () => cancelled);
    expect(web.locked).toBe(false);

    const stuck = async function* () {
      yield* upTo(20);
      await new Promise(() => undefined);
    };
    expect(
      await parallel(stuck(), { ...forced, chunk: 4 })
        .map("twice")
        .take(3),
    ).toEqual([0, 2, 4]);
  });

  test("a web stream is nobody's any more when it has failed, or is left while it is not waited for", async () => {
    const failing = new ReadableStream<number>({ pull: (controller) => controller.error(new Error("of the stream")) });
    await expect(parallel(failing, forced).map("twice").toArray()).rejects.toThrow("of the stream");
    expect(failing.locked).toBe(false);
    const left = new ReadableStream<number>({ pull: (controller) => controller.enqueue(1), cancel: () => new Promise(() => undefined) });
    const iterator = readerIterator(left);
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    void iterator.return?.();
    expect(left.locked).toBe(false);
  });

  test("a source that is exhausted is not closed once more", async () => {
    let returned = 0;
    const source = {
      [Symbol.iterator]: () => Object.assign(upTo(10).values(), { return: () => ({ done: true, value: returned++ }) as const }),
    };
    await parallel(source, forced).map("twice").toArray();
    expect(returned).toBe(0);
  });
});

describe("workers that do not come back", () => {
  test.each([true, false])("a crash in the middle of a stream rejects with a code and ends it (typed: %s)", async (typed) => {
    const crashing = pool();
    const { source, isClosed } = closable(upTo(10_000));
    const stream = parallel(typed ? Float64Array.from(upTo(10_000)) : source, { pool: crashing, functions, force: true, chunk: 50 }).map(
      "crashAt300",
    );
    const ended = typed ? stream.into(new Float64Array(10_000)) : stream.toArray();
    await expect(ended).rejects.toMatchObject({ code: "ERR_WORKER_CRASHED" });
    expect(isClosed()).toBe(!typed);
    expect(crashing.stats().pending).toBe(0);
    expect(await parallel(upTo(100), { pool: crashing, functions, force: true }).map("twice").toArray()).toHaveLength(100);
    await crashing.close();
  });

  test("what a pool begins again after a crash is complete: a sweep loses no range", async () => {
    const crashes = new Int32Array(new SharedArrayBuffer(4));
    const crashing = pool({ retry: { onCrash: true }, workerData: { crashes: new Int32Array(new SharedArrayBuffer(4)) } });
    const items = upTo(400).map((at) => ({ crashes, at }));
    expect(await parallel(items, { pool: crashing, functions, force: true, chunk: 20 }).map("crashOnceAt300").toArray()).toEqual(upTo(400));
    const view = new Float64Array(new SharedArrayBuffer(8 * 4_000)).map((_, at) => at);
    const source = new Float64Array(new SharedArrayBuffer(8 * 4_000));
    source.set(view);
    const filled = await parallel(source, { pool: crashing, functions, force: true, chunk: 10 })
      .map("crashOnce")
      .into(new Float64Array(4_000));
    expect(filled).toEqual(view);
    await crashing.close();
  });

  test("a function that never answers is ended by its pool when the stream is given up", async () => {
    const patient = pool({ graceMs: 20 });
    const abort = new AbortController();
    const all = parallel(upTo(10), { pool: patient, functions, force: true, chunk: 1, signal: abort.signal }).map("never").toArray();
    all.catch(() => undefined);
    await until("it runs", () => patient.stats().pending > 0);
    abort.abort(new RangeError("enough"));
    await expect(all).rejects.toThrow("enough");
    expect(await parallel(upTo(10), { pool: patient, functions, force: true, chunk: 1 }).map("twice").toArray()).toHaveLength(10);
    await patient.close();
  });

  test("a pool that is closed says so", async () => {
    const closed = pool();
    await closed.close();
    await expect(parallel(upTo(10), { pool: closed, functions, force: true }).map("twice").toArray()).rejects.toMatchObject({
      code: "ERR_CLOSED",
    });
  });
});

test("who hears of the plan and throws changes nothing", async () => {
  let heard = 0;
  const onPlan = (): never => {
    heard++;
    throw new Error("of the listener's own");
  };
  const items = upTo(40_000);
  const all = await parallel(items, { pool: threads, functions, onPlan }).map("twice").toArray();
  expect(heard).toBeGreaterThan(0);
  expect(all).toEqual(items.map(functions.twice));
});

test("an end that does not exist leaves the source alone", async () => {
  const source = ReadableStream.from([1, 2, 3]);
  const stream = parallel<number, typeof functions>(source, forced);
  const ends = [
    () => stream.find("nothing" as never),
    () => stream.some("nothing" as never),
    () => stream.forEach("nothing" as never),
    () => stream.reduce("nothing" as never, { identity: 0, combine: "add" } as never),
  ];
  for (const end of ends) await expect(end()).rejects.toMatchObject({ code: "ERR_OPTION" });
  expect(await stream.map("twice").toArray()).toEqual([2, 4, 6]);
});

test("a signal that aborts just before a sweep begins is heard", async () => {
  const { run } = stagesJob(functions);
  for (let microtasks = 0; microtasks < 60; microtasks++) {
    const abort = new AbortController();
    let sweptInVain = false;
    const inProcess = {
      call: async (request: StagesRequest): Promise<StagesResponse> => {
        if (request.ask !== "greet") sweptInVain ||= abort.signal.aborted;
        else
          void (async () => {
            for (let left = microtasks; left > 0; left--) await undefined;
            abort.abort(new RangeError("enough"));
          })();
        return await run(request, undefined, undefined as never);
      },
    };
    const view = new Float64Array(new SharedArrayBuffer(8 * 1_000));
    const stream = parallel(view, { pool: inProcess, functions, force: true, signal: abort.signal, workers: 2, chunk: 10 });
    await stream.reduce("add", { identity: 0, combine: "add" }).catch((error: unknown) => expect(error).toBe(abort.signal.reason));
    expect([microtasks, sweptInVain]).toEqual([microtasks, false]);
  }
});
