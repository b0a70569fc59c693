import { afterAll, describe, expect, test } from "vitest";
import { parallel, type Plan } from "../src/index.ts";
import { functions, pool, upTo } from "./fixtures/pool.ts";

const threads = pool();
afterAll(() => threads.close());
const forced = { pool: threads, functions, force: true, chunk: 7 } as const;

describe("a parallel stream", () => {
  test("gives what a loop gives, in its order", async () => {
    const stream = parallel(upTo(1_000), forced).map("twice").filter("isLarge").map("describe");
    const expected = upTo(1_000).map(functions.twice).filter(functions.isLarge).map(functions.describe);
    expect(await stream.toArray()).toEqual(expected);
    const iterated: string[] = [];
    for await (const item of stream) iterated.push(item);
    expect(iterated).toEqual(expected);
  });

  test("has the ends that lists have", async () => {
    const stream = parallel(upTo(1_000), forced).map("twice");
    expect(await stream.find("isLarge")).toBe(902);
    expect(await stream.some("isLarge")).toBe(true);
    expect(await stream.every("isEven")).toBe(true);
    expect(await stream.every("isLarge")).toBe(false);
    expect(await stream.take(5)).toEqual([0, 2, 4, 6, 8]);
    expect(await stream.take(0)).toEqual([]);
    expect(await stream.reduce("add", { identity: 0, combine: "add" })).toBe(999_000);
    expect(await parallel([], forced).toArray()).toEqual([]);
    expect(await parallel<number, typeof functions>([], forced).reduce("add", { identity: 3, combine: "add" })).toBe(3);
    expect(await parallel<number, typeof functions>([], forced).find("isLarge")).toBeUndefined();
  });

  test("a fold in order is the loop's, also when adding is not commutative", async () => {
    const all = await parallel(upTo(300), forced).map("describe").reduce("concat", { identity: "", combine: "concat" });
    expect(all).toBe(upTo(300).map(functions.describe).join(""));
  });

  test.each([true, false])("a fold may change what it adds to (workers: %s)", async (force) => {
    const words = upTo(2_000).map((index) => `w${index % 9}`);
    const identity = {};
    const stream = parallel(words, { ...forced, force });
    const counts = await stream.reduce("count", { identity, combine: "merge" });
    expect(counts).toEqual(words.reduce(functions.count, {}));
    expect(identity).toEqual({});
  });

  test("forEach runs the function on every item, at the workers", async () => {
    const counter = new Int32Array(new SharedArrayBuffer(4));
    const items = upTo(100).map((at) => ({ counter, at, waitMs: 0 }));
    await parallel(items, forced).forEach("tick");
    expect(counter[0]).toBe(100);
  });

  test("functions may be async, or only sometimes", async () => {
    const stream = parallel(upTo(200), forced).map("later").map("sometimesLater").filter("isEven");
    expect(await stream.toArray()).toEqual(
      upTo(200)
        .map((value) => value + 2)
        .filter(functions.isEven),
    );
  });

  test("carries whatever the pool can carry", async () => {
    const people = [{ name: "Ada", age: 36 }, "nobody", { name: "Alan", age: 41 }];
    expect(await parallel(people, forced).filter("isPerson").map("older").toArray()).toEqual([
      { name: "Ada", age: 37 },
      { name: "Alan", age: 42 },
    ]);
    const odd = [Number.NaN, -0, undefined, null, 10n, new Date(5), new Map([[1, new Set([2])]]), [undefined]];
    expect(await parallel(odd, forced).map("same").toArray()).toStrictEqual(odd);
    expect(await parallel([-0, Number.NaN, Infinity], forced).map("same").toArray()).toStrictEqual([-0, Number.NaN, Infinity]);
    await expect(
      parallel([() => 1], forced)
        .map("same")
        .toArray(),
    ).rejects.toMatchObject({ code: "ERR_ENCODE" });
  });

  test("with the order kept the lowest error wins, behind what came before it", async () => {
    const seen: number[] = [];
    const stream = parallel(upTo(1_000), forced).map("failsAbove500");
    await expect(
      (async () => {
        for await (const item of stream) seen.push(item);
      })(),
    ).rejects.toMatchObject({ name: "RangeError", message: "501" });
    expect(seen).toEqual(upTo(501));
    expect(await stream.take(501)).toEqual(upTo(501));
    expect(await stream.find("isLarge").catch((error: unknown) => error)).toMatchObject({ message: "501" });
  });

  test("in any order the first error ends it", async () => {
    const stream = parallel(upTo(1_000), { ...forced, order: "any" }).map("failsAbove500");
    await expect(stream.toArray()).rejects.toBeInstanceOf(RangeError);
  });

  test("an error of the source comes behind its items", async () => {
    const source = function* (): Generator<number> {
      yield* upTo(20);
      throw new RangeError("the source is dry");
    };
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const item of parallel(source(), forced).map("twice")) seen.push(item);
      })(),
    ).rejects.toThrow("the source is dry");
    expect(seen).toEqual(upTo(20).map(functions.twice));
  });

  test("only functions that the module exports can be called", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "LIMIT", "missing", "prototype"]) {
      expect(() => parallel([1], forced).map(name as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
    }
    const hostile = { ["constructor"]: (value: number) => value, __proto__: { inherited: (value: number) => value } };
    for (const name of ["constructor", "inherited", "__proto__"]) {
      expect(() => parallel([1], { pool: threads, functions: hostile }).map(name as never)).toThrow(/There is no function/);
    }
  });

  test("a worker calls no function that it does not export, whoever asks", async () => {
    for (const name of ["constructor", "__proto__", "toString", "LIMIT"]) {
      const work = { stages: [{ kind: "map", name }], end: { kind: "list" } } as const;
      await expect(threads.call({ ask: "chunk", work, seq: 0, ordered: true, items: { list: [1] } })).rejects.toMatchObject({
        code: "ERR_OPTION",
      });
    }
    await expect(threads.call({ ask: "something" } as never)).rejects.toMatchObject({ code: "ERR_OPTION" });
  });

  test("a source whose next() gives no result object is the stream's error", async () => {
    const broken = { [Symbol.asyncIterator]: () => ({ next: async () => undefined }) };
    await expect(
      parallel(broken as never, forced)
        .map("twice" as never)
        .toArray(),
    ).rejects.toThrow(TypeError);
  });

  test("options out of range are refused at once", () => {
    for (const wrong of [
      { chunk: 0 },
      { window: 0 },
      { order: "some" },
      { workers: 0.5 },
      { pool: {} },
      { functions: null },
      { onPlan: 1 },
      { errors: 5 },
      { errors: [TypeError, "RangeError"] },
      { force: "no" },
    ]) {
      expect(() => parallel([1], { ...forced, ...wrong } as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
    }
    for (const source of [null, undefined, 5, {}]) {
      expect(() => parallel(source as never, forced)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
    }
  });
});

describe("where the items are worked on", () => {
  test("work that is too small stays here, and the stream says so", async () => {
    const idle = pool();
    const plans: Plan[] = [];
    const stream = parallel(upTo(20_000), { pool: idle, functions, onPlan: (plan) => plans.push(plan) }).map("twice");
    expect(await stream.toArray()).toEqual(upTo(20_000).map(functions.twice));
    expect(stream.plan.where).toBe("here");
    expect(stream.plan.itemUs).toBeGreaterThan(0);
    expect(stream.explain()).toContain("The items are worked on here");
    expect(plans.at(-1)).toBe(stream.plan);
    expect(idle.stats().workers).toEqual([]); // no thread was started for it
    await idle.close();
  });

  test("heavy work goes to the workers, and the stream says so", async () => {
    const items = upTo(20_000); // much more than is measured first, also on a busy machine
    const plans: string[] = [];
    const stream = parallel(items, { pool: threads, functions, onPlan: ({ where }) => plans.push(where) }).map("heavy");
    expect(await stream.toArray()).toEqual(items.map(functions.heavy));
    expect(plans).toContain("workers");
    expect(stream.explain()).toMatch(/µs of work per item/);
  });

  test("one round trip per chunk, however many stages", async () => {
    let calls = 0;
    const counting = {
      call: (...given: Parameters<typeof threads.call>) => {
        calls++;
        return threads.call(...given);
      },
    };
    const stream = parallel(upTo(100), { pool: counting as never, functions, force: true, chunk: 10, workers: 2 });
    await stream.map("twice").filter("isEven").map("twice").map("describe").toArray();
    expect(calls).toBe(10 + 1); // and one to learn whether memory is shared
  });

  test("chunks grow with quick functions", async () => {
    let calls = 0;
    const counting = {
      call: (...given: Parameters<typeof threads.call>) => {
        calls++;
        return threads.call(...given);
      },
      stats: threads.stats,
    };
    await parallel(upTo(100_000).values(), { pool: counting as never, functions, force: true })
      .map("twice")
      .toArray();
    expect(calls).toBeLessThan(300); // 6,250 if they stayed at 16
  });
});
