import { until } from "@job-orch/test-support";
import { describe, expect, test } from "vitest";
import { transfer } from "../src/index.ts";
import { pool } from "./support/pool.ts";

describe("threads", () => {
  test("a call is answered with what the job returned, whatever a clone or JSON can carry", async () => {
    await using deeds = pool();
    for (const value of [
      1,
      "text",
      null,
      undefined,
      { a: [1, { b: -0 }] },
      new Map([[1, new Set([2])]]),
      new Date(5),
      10n,
      [undefined],
      Number.NaN,
    ]) {
      expect(await deeds.call({ do: "echo", value })).toStrictEqual(value);
    }
  });

  test("what would arrive altered is refused with its path", async () => {
    await using deeds = pool();
    class Point {
      readonly x = 1;
    }
    await expect(deeds.call({ do: "echo", value: { at: [new Point()] } })).rejects.toMatchObject({
      code: "ERR_ENCODE",
      path: "value.at[0]",
    });
    await expect(deeds.call({ do: "echo", value: () => 1 })).rejects.toMatchObject({ code: "ERR_ENCODE", path: "value" });
    expect(await deeds.call({ do: "echo", value: "still here" })).toBe("still here");
  });

  test("ten thousand calls over two threads are all answered, each with its own", async () => {
    await using deeds = pool({ size: 2 });
    void deeds.run();
    await until(() => deeds.stats().workers.filter(({ state }) => state === "ready").length === 2);
    const answers = await Promise.all(Array.from({ length: 10_000 }, (_, value) => deeds.call({ do: "echo", value })));
    expect(answers).toEqual(Array.from({ length: 10_000 }, (_, value) => value));
    expect(deeds.stats().workers.every(({ served }) => served > 0)).toBe(true);
  });

  test("buffers move both ways", async () => {
    await using deeds = pool();
    const buffer = new Uint8Array([1, 2, 3]);
    const { value } = (await deeds.call(transfer({ do: "echo", value: { value: buffer } }, [buffer.buffer]))) as { value: Uint8Array };
    expect(value).toEqual(new Uint8Array([1, 2, 3]));
    expect(buffer.byteLength).toBe(0);
  });

  test("one stubborn value in a batch does not take the others with it", async () => {
    await using deeds = pool();
    const gone = new Uint8Array(8);
    structuredClone(gone, { transfer: [gone.buffer] });
    const bad = deeds.call(transfer({ do: "echo", value: 1 }, [gone.buffer]));
    const good = deeds.call({ do: "echo", value: 2 });
    await expect(bad).rejects.toMatchObject({ code: "ERR_ENCODE" });
    expect(await good).toBe(2);
  });

  test("an idle thread's own timers go on", async () => {
    await using deeds = pool();
    expect(await deeds.call({ do: "wait", ms: 30, value: "waited" })).toBe("waited");
  });
});
