import { start } from "@job-orch/core";
import { describe, expect, test } from "vitest";
import { transfer } from "../src/index.ts";
import { QuotaError } from "./fixtures/jobs.ts";
import { pool, until } from "./support/pool.ts";

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

  test("a job that throws rejects its call alone, as what it threw", async () => {
    await using deeds = pool();
    await expect(deeds.call({ do: "fail", how: "error" })).rejects.toMatchObject({ name: "TypeError", message: "as asked" });
    await expect(deeds.call({ do: "fail", how: "reject" })).rejects.toMatchObject({ name: "RangeError" });
    await expect(deeds.call({ do: "fail", how: "undefined" })).rejects.toBeInstanceOf(Error);
    const error = await deeds.call({ do: "fail", how: "subclass" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(QuotaError);
    expect(error).toMatchObject({ limit: 7 });
  });

  test("ten thousand calls over two threads are all answered, each with its own", async () => {
    await using deeds = pool({ size: 2 });
    void deeds.run();
    await until(() => deeds.stats().workers.filter(({ state }) => state === "ready").length === 2);
    const answers = await Promise.all(Array.from({ length: 10_000 }, (_, value) => deeds.call({ do: "echo", value })));
    expect(answers).toEqual(Array.from({ length: 10_000 }, (_, value) => value));
    expect(deeds.stats().workers.every(({ served }) => served > 0)).toBe(true);
  });

  test("responses of sends reach every receiver", async () => {
    await using deeds = pool();
    const [one, other] = [await deeds.responseReceiver(), await deeds.responseReceiver()];
    const id = await deeds.send({ do: "echo", value: 42 }, { headers: { tenant: "a" } });
    for (const receiver of [one, other]) {
      expect(await receiver.receive()).toEqual({ id, result: { ok: true, value: 42 }, headers: { tenant: "a" } });
    }
  });

  test("the job knows its id, attempt, headers and deadline", async () => {
    await using deeds = pool();
    const own = await deeds.call({ do: "context" }, { id: "mine", headers: { a: "b" }, timeoutMs: 5_000 });
    expect(own).toMatchObject({ id: "mine", attempt: 1, headers: { a: "b" } });
    const id = await deeds.send({ do: "echo", value: 1 });
    expect(id).toMatch(/^[0-9a-z]{10,}$/);
  });

  test("progress and log lines arrive before the response", async () => {
    await using deeds = pool();
    const heard: unknown[] = [];
    deeds.on("progress", ({ value }) => heard.push(value));
    deeds.on("log", ({ level, message, fields }) => heard.push([level, message, fields]));
    expect(await deeds.call({ do: "tell" })).toBe("told");
    expect(heard).toEqual([{ done: 1 }, ["info", "halfway", { part: 0.5 }]]);
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

  test("runs under start and stops gracefully: what was begun ends, what was not waits", async () => {
    const deeds = pool();
    const running = start(deeds);
    const hasBegun = new Promise((resolve) => deeds.on("progress", resolve));
    const begun = deeds.call({ do: "wait", ms: 100, value: "ended" });
    const waiting = deeds.call({ do: "echo", value: "later" });
    await hasBegun;
    await running.stop();
    expect(await begun).toBe("ended");
    expect(deeds.stats()).toMatchObject({ workers: [], waiting: 1 });
    const again = start(deeds);
    expect(await waiting).toBe("later");
    await again.stop();
    await deeds.close();
  });

  test("closing answers everyone who waits", async () => {
    const deeds = pool();
    await deeds.call({ do: "echo", value: 1 });
    const calls = Promise.all(Array.from({ length: 5 }, () => deeds.sendReceive({ do: "wait", ms: 60_000 })));
    await expect.poll(() => deeds.stats().workers[0]?.inFlight).toBeGreaterThan(0);
    void deeds.close();
    await deeds.close(); // in a hurry
    expect((await calls).every(({ ok }) => !ok)).toBe(true);
    await expect(deeds.call({ do: "echo", value: 1 })).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });
});
