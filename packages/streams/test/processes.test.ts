import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "@job-orch/test-support";
import { afterAll, describe, expect, test } from "vitest";
import { parallel } from "../src/index.ts";
import { closable } from "./fixtures/closable.ts";
import { childPool, functions, upTo } from "./fixtures/pool.ts";

const children = childPool();
const folder = mkdtempSync(join(tmpdir(), "streams-"));
afterAll(async () => {
  await children.close();
  rmSync(folder, { recursive: true });
});
const forced = { pool: children, functions, force: true, chunk: 7 } as const;

/** Items that each keep a child busy for `waitMs` and leave a mark when they are begun. */
function marking(name: string, count: number, waitMs: number) {
  const file = join(folder, name);
  return { begun: () => (existsSync(file) ? statSync(file).size : 0), items: upTo(count).map(() => ({ file, waitMs })) };
}

/** Resolves when both children have done everything that they were given so far. */
async function caughtUp(): Promise<void> {
  const nothing = { ask: "chunk", work: { stages: [], end: { kind: "list" } }, seq: 0, ordered: true, items: { list: [] } } as const;
  await Promise.all([0, 1].map((lane) => children.call(nothing, { lane })));
}

/** How many items were begun in all, when each child has finished what it had begun: from then on nothing of it is worked on. */
async function inTheEnd(begun: () => number): Promise<number> {
  await caughtUp();
  const count = begun();
  await caughtUp();
  expect(begun()).toBe(count);
  return count;
}

describe("a parallel stream over child processes", () => {
  test("gives what a loop gives, in its order, by both of them", async () => {
    const stream = parallel(upTo(1_000), forced).map("twice").filter("isLarge").map("describe");
    expect(await stream.toArray()).toEqual(upTo(1_000).map(functions.twice).filter(functions.isLarge).map(functions.describe));
    await caughtUp(); // both are up
    const { items } = marking("both", 60, 2);
    expect(
      new Set(
        await parallel(items, { ...forced, chunk: 1 })
          .map("mark")
          .toArray(),
      ).size,
    ).toBe(2);
  });

  test("in any order gives each once", async () => {
    const all = await parallel(upTo(1_000), { ...forced, order: "any" })
      .map("sometimesLater")
      .toArray();
    expect(all.toSorted((one, other) => one - other)).toEqual(upTo(1_000).map((value) => value + 1));
  });

  test("folds, also when adding is not commutative, and what it folds to may be changed", async () => {
    const stream = parallel(upTo(300), forced);
    expect(await stream.reduce("add", { identity: 0, combine: "add" })).toBe(44_850);
    expect(await stream.map("describe").reduce("concat", { identity: "", combine: "concat" })).toBe(
      upTo(300).map(functions.describe).join(""),
    );
    const words = upTo(2_000).map((index) => `w${index % 9}`);
    expect(await parallel(words, forced).reduce("count", { identity: {}, combine: "merge" })).toEqual(words.reduce(functions.count, {}));
    const view = Float64Array.from(upTo(500));
    expect(await parallel(view, forced).reduce("add", { identity: 0, combine: "add", deterministic: true })).toBe(124_750);
    expect(await parallel(view, forced).map("twice").into(new Float64Array(500))).toEqual(view.map(functions.twice));
  });

  test("carries what JSON lacks", async () => {
    const odd = [Number.NaN, -0, undefined, null, 10n, new Date(5), new Map([[1, new Set([2])]]), [undefined]];
    expect(await parallel(odd, forced).map("same").toArray()).toStrictEqual(odd);
  });

  test("the lowest error wins, behind what came before it", async () => {
    const seen: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const item of parallel(upTo(1_000), forced).map("failsAbove500")) seen.push(item);
    };
    await expect(reading()).rejects.toMatchObject({ name: "RangeError", message: "501" });
    expect(seen).toEqual(upTo(501));
  });

  test.each(["keep", "any"] as const)("leaving the loop stops the children and closes the source: %s", async (order) => {
    const { begun, items } = marking(`left-${order}`, 4_000, 1);
    const { source, isClosed } = closable(items);
    for await (const _ of parallel(source, { ...forced, order, chunk: 50 }).map("mark")) break;
    expect([isClosed(), children.stats().pending]).toEqual([true, 0]);
    expect(await inTheEnd(begun)).toBeLessThanOrEqual(8 * 50); // what was handed out at most
  });

  test("an aborted signal ends it, and no more is handed out", async () => {
    const { begun, items } = marking("aborted", 4_000, 1);
    const abort = new AbortController();
    const all = parallel(items, { ...forced, chunk: 50, signal: abort.signal })
      .map("mark")
      .toArray();
    all.catch(() => undefined);
    await until("a child has begun", () => begun() > 5);
    const atMost = begun() + 9 * 50;
    abort.abort(new RangeError("enough"));
    await expect(all).rejects.toThrow("enough");
    expect(await inTheEnd(begun)).toBeLessThanOrEqual(atMost);
  });

  test("a find and a take end what is behind them", async () => {
    const { begun, items } = marking("found", 3_000, 1);
    expect(
      await parallel(items, { ...forced, chunk: 20 })
        .map("mark") // says who it is
        .map("twice")
        .some("isEven"),
    ).toBe(true);
    expect(await parallel(upTo(3_000), forced).map("twice").find("isLarge")).toBe(902);
    expect(
      await parallel(items, { ...forced, chunk: 20 })
        .map("mark")
        .take(3),
    ).toHaveLength(3);
    expect(await inTheEnd(begun)).toBeLessThanOrEqual(2 * 9 * 20); // of two streams
    expect(children.stats().pending).toBe(0);
  });
});

describe("a child that dies", () => {
  test("under a chunk rejects with a code, ends the stream, and closes the source", async () => {
    const mortal = childPool();
    const { source, isClosed } = closable(upTo(10_000));
    const ended = parallel(source, { pool: mortal, functions, force: true, chunk: 50 }).map("crashAt300").toArray();
    await expect(ended).rejects.toMatchObject({ code: "ERR_WORKER_CRASHED" });
    expect([isClosed(), mortal.stats().pending]).toEqual([true, 0]);
    expect(await parallel(upTo(100), { pool: mortal, functions, force: true }).map("twice").toArray()).toHaveLength(100);
    await mortal.close();
  });

  test.each(["keep", "any"] as const)("loses nothing when its pool begins the chunk again: %s", async (order) => {
    const mortal = childPool({ retry: { onCrash: true } });
    const file = join(folder, `exited-${order}`);
    const items = upTo(400).map((at) => ({ file, at }));
    const all = await parallel(items, { pool: mortal, functions, force: true, chunk: 20, order }).map("exitOnceAt300").toArray();
    expect(all.toSorted((one, other) => one - other)).toEqual(upTo(400));
    if (order === "keep") expect(all).toEqual(upTo(400));
    await mortal.close();
  });

  test("by SIGKILL from outside does so too", async () => {
    const mortal = childPool({ retry: { onCrash: true } });
    const { items } = marking("killed", 600, 1);
    const pids: number[] = [];
    for await (const pid of parallel(items, { pool: mortal, functions, force: true, chunk: 10 }).map("mark")) {
      if (pids.push(pid) === 15) process.kill(pid, "SIGKILL");
    }
    expect([pids.length, new Set(pids).size >= 2]).toEqual([600, true]);
    await mortal.close();
  });
});
