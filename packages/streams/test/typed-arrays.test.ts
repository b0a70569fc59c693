import { afterAll, describe, expect, test } from "vitest";
import { parallel } from "../src/index.ts";
import { functions, pool, upTo } from "./fixtures/pool.ts";

const threads = pool();
afterAll(() => threads.close());
const forced = { pool: threads, functions, force: true } as const;
const ours = { pool: threads, functions } as const;

function shared(values: readonly number[]): Float64Array {
  const view = new Float64Array(new SharedArrayBuffer(values.length * 8));
  view.set(values);
  return view;
}

describe("typed arrays", () => {
  test.each([
    ["shared", shared],
    ["not shared", (values: readonly number[]) => Float64Array.from(values)],
  ])("a map fills the target in place, source %s", async (_, make) => {
    const source = make(upTo(10_000));
    const target = make(upTo(10_000).map(() => -1));
    const filled = await parallel(source, forced).map("twice").into(target);
    expect(filled).toEqual(Float64Array.from(upTo(10_000), functions.twice));
    expect(filled.buffer).toBe(target.buffer);
    expect(source).toEqual(Float64Array.from(upTo(10_000)));
  });

  test("what a filter keeps is side by side and in order", async () => {
    for (const options of [forced, ours, { ...forced, chunk: 33 }]) {
      const filled = await parallel(shared(upTo(5_000)), options)
        .map("heavy")
        .filter("isEven")
        .into(shared(upTo(5_000)));
      expect(Array.from(filled)).toEqual(upTo(5_000).map(functions.heavy).filter(functions.isEven));
    }
  });

  test("a target that is the source itself", async () => {
    const view = shared(upTo(3_000));
    await parallel(view, { ...forced, chunk: 100 })
      .map("twice")
      .into(view);
    expect(Array.from(view)).toEqual(upTo(3_000).map(functions.twice));
  });

  test("each worker is told once, not once per chunk", async () => {
    let calls = 0;
    const counting = {
      call: (...given: Parameters<typeof threads.call>) => {
        calls++;
        return threads.call(...given);
      },
      stats: threads.stats,
    };
    await parallel(shared(upTo(50_000)), { ...forced, pool: counting as never, chunk: 10, workers: 2 })
      .map("twice")
      .into(shared(upTo(50_000)));
    expect(calls).toBeLessThan(100); // 5,000 ranges; a stint is 100 ms
  });

  test("folds, searches and lists", async () => {
    const stream = parallel(shared(upTo(4_000)), { ...forced, chunk: 64 }).map("twice");
    expect(await stream.reduce("add", { identity: 0, combine: "add" })).toBe(3_999 * 4_000);
    expect(await stream.find("isLarge")).toBe(902);
    expect(await stream.every("isEven")).toBe(true);
    expect(await stream.take(3)).toEqual([0, 2, 4]);
    expect(await stream.map("describe").toArray()).toEqual(upTo(4_000).map((value) => `item ${value * 2}`));
    const inOrder = await stream.map("describe").reduce("concat", { identity: "", combine: "concat" });
    expect(inOrder).toBe(
      upTo(4_000)
        .map((value) => `item ${value * 2}`)
        .join(""),
    );
  });

  test("other elements: bytes of a Buffer, bigints, halves of an array", async () => {
    expect(await parallel(Buffer.from("abc"), forced).map("twice").toArray()).toEqual([194, 196, 198]);
    expect(await parallel(Buffer.from("abc"), forced).map("twice").into(new Uint8Array(3))).toEqual(Uint8Array.of(194, 196, 198));
    expect(await parallel(BigInt64Array.of(1n, -2n), forced).filter("isBig").into(new BigInt64Array(2))).toEqual(BigInt64Array.of(1n, -2n));
    expect(
      await parallel(Int16Array.of(1, 2, 3, 4).subarray(2), forced)
        .map("twice")
        .into(new Int32Array(9)),
    ).toEqual(Int32Array.of(6, 8));
    expect(await parallel(new Float32Array(0), forced).map("twice").into(new Float32Array(0))).toEqual(new Float32Array(0));
  });

  test("the error of the lowest element wins", async () => {
    for (const options of [forced, ours, { ...forced, chunk: 10 }]) {
      await expect(
        parallel(shared(upTo(2_000)), options)
          .map("failsAbove500")
          .into(shared(upTo(2_000))),
      ).rejects.toMatchObject({
        name: "RangeError",
        message: "501",
      });
    }
  });

  test("what does not fit is refused with a code", async () => {
    for (const options of [forced, ours]) {
      const stream = parallel(shared(upTo(100)), options);
      await expect(stream.into(new Float64Array(99))).rejects.toMatchObject({ code: "ERR_OPTION" });
      await expect(stream.map("describe").into(new Float64Array(100) as never)).rejects.toMatchObject({ code: "ERR_OPTION" });
      await expect(stream.into([] as never)).rejects.toMatchObject({ code: "ERR_OPTION" });
    }
    await expect(parallel(upTo(100), forced).map("twice").into(new Float64Array(99))).rejects.toMatchObject({ code: "ERR_OPTION" });
  });

  test("deterministic folds of fractions are equal from run to run, and over every kind of source", async () => {
    const fractions = upTo(10_000).map((value) => Math.sin(value) / 3);
    const sums = new Set<number>();
    for (const source of [fractions, fractions.values(), shared(fractions), Float64Array.from(fractions)]) {
      for (const order of ["keep", "any"] as const) {
        const stream = parallel(Array.isArray(source) || ArrayBuffer.isView(source) ? source : [...fractions].values(), { ...ours, order });
        sums.add(await stream.reduce("add", { identity: 0, combine: "add", deterministic: true }));
      }
    }
    expect(sums.size).toBe(1);
  });
});
