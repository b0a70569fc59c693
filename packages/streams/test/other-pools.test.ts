import { job } from "@job-orch/core";
import { until } from "@job-orch/test-support";
import { describe, expect, test } from "vitest";
import { join, parallel, stagesJob, type StagesPool } from "../src/index.ts";
import { functions, pool, upTo } from "./fixtures/pool.ts";

describe("pools that share no memory", () => {
  test("a wire that carries JSON alone is good for everything that is JSON", async () => {
    await using texts = pool({ wire: "json" as never });
    const forced = { pool: texts, functions, force: true, chunk: 20 } as const;
    expect(await parallel(upTo(500), forced).map("twice").filter("isLarge").toArray()).toEqual(
      upTo(500).map(functions.twice).filter(functions.isLarge),
    );
    const view = Float64Array.from(upTo(500));
    expect(await parallel(view, forced).map("twice").into(new Float64Array(500))).toEqual(view.map(functions.twice));
    expect(await parallel(view, forced).reduce("add", { identity: 0, combine: "add", deterministic: true })).toBe(499 * 250);
    expect(await parallel(upTo(500), forced).map("twice").find("isLarge")).toBe(902);
    await parallel(upTo(5), forced).forEach("describe");
    await expect(parallel([new Map()], forced).map("same").toArray()).rejects.toMatchObject({ code: "ERR_ENCODE" });
    await expect(parallel(upTo(9), forced).map("failsAt5").toArray()).rejects.toMatchObject({ name: "RangeError", message: "five" });
    for await (const _ of parallel(upTo(500), forced).map("twice")) break;
    expect(texts.stats().pending).toBe(0);
  });

  test("anything that takes the request and gives the response is a pool", async () => {
    const served = stagesJob(functions);
    const here: StagesPool = { call: async (request) => served.run(request, undefined, undefined as never) };
    expect(await parallel(upTo(100), { pool: here, functions, force: true, workers: 1 }).map("twice").toArray()).toEqual(
      upTo(100).map(functions.twice),
    );
  });

  test("chunks that a worker gave up for an error nobody hears of are not lost unseen", async () => {
    const served = stagesJob(functions);
    const forgetful: StagesPool = {
      call: async (request) => {
        // As a worker that fails, crashes before it can say so, and is asked again.
        if (request.ask === "chunk" && request.seq === 2 && request.stop !== undefined) Atomics.store(request.stop, 0, 2);
        return served.run(request, undefined, undefined as never);
      },
    };
    const stream = parallel(upTo(100), { pool: forgetful, functions, force: true, workers: 2, chunk: 5 }).map("twice");
    await expect(stream.toArray()).rejects.toMatchObject({ code: "ERR_PROCESS", retry: "unknown" });
  });

  test("a pool that serves something else is told from its errors", async () => {
    const other = job<unknown, unknown>()({ name: "other", run: () => ({ told: [0, 0], done: [], exhausted: true }) });
    const wrong = { call: async (request: unknown) => other.run(request, undefined, undefined as never) } as StagesPool;
    await expect(parallel(upTo(10), { pool: wrong, functions, force: true, workers: 1 }).map("twice").toArray()).rejects.toMatchObject({
      code: "ERR_PROCESS",
    });
  });
});

describe("join", () => {
  test("runs both and gives both", async () => {
    await using threads = pool();
    const sums = await join(
      (signal) => parallel(upTo(100), { pool: threads, functions, force: true, signal }).reduce("add", { identity: 0, combine: "add" }),
      async () => "other",
    );
    expect(sums).toEqual([4_950, "other"]);
  });

  test("the first error cancels the sibling and is thrown when both have ended", async () => {
    await using threads = pool();
    const counter = new Int32Array(new SharedArrayBuffer(4));
    const items = upTo(5_000).map((at) => ({ counter, at, waitMs: 1 }));
    await expect(
      join(
        (signal) => parallel(items, { pool: threads, functions, force: true, chunk: 10, signal }).map("tick").toArray(),
        async () => {
          await until("the sibling works", () => Atomics.load(counter, 0) > 0);
          throw new RangeError("first");
        },
      ),
    ).rejects.toThrow("first");
    expect(threads.stats().pending).toBe(0);
    expect(Atomics.load(counter, 0)).toBeLessThan(5_000);
  });

  test("hands on the reason of its signal, and what is thrown at once", async () => {
    const abort = new AbortController();
    const waits = (signal: AbortSignal) => new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const joined = join(waits, waits, { signal: abort.signal });
    abort.abort(new RangeError("enough"));
    await expect(joined).rejects.toThrow("enough");
    await expect(join(waits, waits, { signal: abort.signal })).rejects.toThrow("enough");
    await expect(
      join(() => {
        throw undefined;
      }, waits),
    ).rejects.toBeUndefined();
  });
});
