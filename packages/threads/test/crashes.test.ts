import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Death, deeds as deedsJob, until } from "@job-orch/test-support";
import { describe, expect, test } from "vitest";
import { threads } from "../src/index.ts";
import { pool } from "./support/pool.ts";

const deaths: readonly Death[] = ["async-throw", "timer-throw", "unhandled-rejection", "exit-0", "exit-3", "out-of-memory"];

describe("a thread that ends", () => {
  test.for(deaths)("%s: its call is rejected once, and the next one is answered", async (how) => {
    await using deeds = pool({ resourceLimits: { maxOldGenerationSizeMb: 48 }, callTimeoutMs: 60_000 });
    const error = await deeds.call({ do: "die", how }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_WORKER_CRASHED", suspects: 1, completed: false, outOfMemory: how === "out-of-memory" });
    if (how.startsWith("exit")) expect(error).toMatchObject({ exitCode: Number(how.slice(5)) });
    else expect((error as Error).cause).toBeInstanceOf(Error);
    expect(await deeds.call({ do: "echo", value: "after" })).toBe("after");
  });

  test("what it had not begun goes to another, uncharged and in order", async () => {
    await using deeds = pool({ maxWindow: 64, targetMs: 1_000 });
    await Promise.all(Array.from({ length: 200 }, (_, value) => deeds.call({ do: "echo", value }))); // a deep window
    const dying = deeds.call({ do: "die", how: "exit-3", afterMs: 20 });
    const ended: unknown[] = [];
    const others = Array.from({ length: 50 }, async (_, value) => {
      const answer = (await deeds.call({ do: "context" }, { id: `n${value}` })) as { id: string; attempt: number };
      ended.push(answer.id);
      return answer.attempt;
    });
    await expect(dying).rejects.toMatchObject({ code: "ERR_WORKER_CRASHED", suspects: 1 });
    expect(new Set(await Promise.all(others))).toEqual(new Set([1]));
    expect(ended).toEqual(Array.from({ length: 50 }, (_, value) => `n${value}`));
  });

  test("what ran beside the culprit is told apart only as a suspect", async () => {
    await using deeds = pool({ concurrency: 2 });
    const results = await Promise.all([
      deeds.sendReceive({ do: "wait", ms: 60_000 }),
      deeds.sendReceive({ do: "die", how: "exit-3", afterMs: 50 }),
    ]);
    for (const result of results) expect(result).toMatchObject({ ok: false, error: { code: "ERR_WORKER_CRASHED", suspects: 2 } });
  });

  test("a request that may run twice is begun again, alone, and given up after two workers", async () => {
    await using deeds = pool({ retry: { onCrash: true } });
    const seen: string[] = [];
    deeds.on("quarantined", ({ id }) => seen.push(`quarantined ${id}`));
    deeds.on("retried", ({ id, attempt }) => seen.push(`retried ${id} after attempt ${attempt}`));
    deeds.on("dead", ({ id }) => seen.push(`dead ${id}`));
    const poison = deeds.sendReceive({ do: "die", how: "exit-3" }, { id: "poison" });
    const others = Array.from({ length: 7 }, (_, value) => deeds.call({ do: "echo", value }));
    expect(await poison).toMatchObject({ ok: false, error: { code: "ERR_POISON_REQUEST", retry: "never", crashes: { length: 2 } } });
    expect(await Promise.all(others)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(seen).toEqual(["retried poison after attempt 1", "quarantined poison", "dead poison"]);
  });

  test("a request is recognised by its origin, across retries of whoever sends it", async () => {
    await using deeds = pool();
    const attempt = () => deeds.sendReceive({ do: "die", how: "exit-3" }, { origin: "order-1" });
    expect(await attempt()).toMatchObject({ error: { code: "ERR_WORKER_CRASHED" } });
    expect(await attempt()).toMatchObject({ error: { code: "ERR_POISON_REQUEST" } });
  });

  test("siblings go on while one runs out of memory", async () => {
    await using deeds = pool({ size: 2, resourceLimits: { maxOldGenerationSizeMb: 48 } });
    const dying = deeds.sendReceive({ do: "die", how: "out-of-memory" });
    const others = await Promise.all(Array.from({ length: 20 }, (_, value) => deeds.call({ do: "wait", ms: 5, value })));
    expect(others).toHaveLength(20);
    expect(await dying).toMatchObject({ ok: false, error: { outOfMemory: true } });
  });

  test("buffers that grow outside its heap end it", async () => {
    await using deeds = pool({ maxMemoryMb: 128, callTimeoutMs: 60_000 });
    const result = await deeds.sendReceive({ do: "grow" });
    expect(result).toMatchObject({ ok: false, error: { code: "ERR_WORKER_CRASHED" } });
    expect(await deeds.call({ do: "echo", value: 1 })).toBe(1);
  });

  test("a loop that never ends is ended with its attempt's time; what waited behind it runs elsewhere", async () => {
    await using deeds = pool({ timeoutMs: 200, graceMs: 100 });
    await deeds.call({ do: "echo", value: 1 });
    const loop = deeds.sendReceive({ do: "die", how: "loop" });
    const behind = deeds.call({ do: "echo", value: 2 });
    expect(await loop).toMatchObject({ ok: false, error: { code: "ERR_ATTEMPT_TIMEOUT" } });
    expect(await behind).toBe(2);
  });

  test("a job that goes on beyond the grace of a stop hears of the stop, not of a crash", async () => {
    await using deeds = pool();
    let begun = false;
    deeds.on("progress", () => (begun = true));
    const stubborn = deeds.sendReceive({ do: "wait", ms: 60_000 });
    await until(() => begun);
    await deeds.stop({ graceMs: 50 });
    expect(await stubborn).toMatchObject({
      ok: false,
      error: { code: "ERR_WORKER_CRASHED", message: expect.stringContaining("the pool was stopped, and its grace was over") },
    });
  });

  test("one that does not listen is condemned; its neighbour ends its work", async () => {
    await using deeds = pool({ concurrency: 2, graceMs: 100 });
    const condemned: string[] = [];
    deeds.on("workerCondemned", ({ why }) => condemned.push(why));
    let begun = 0;
    deeds.on("progress", () => begun++);
    const stubborn = deeds.sendReceive({ do: "wait", ms: 60_000 }, { id: "stubborn" });
    const neighbour = deeds.call({ do: "wait", ms: 300, value: "unharmed" });
    await until(() => begun === 2);
    await deeds.cancel("stubborn");
    expect(await stubborn).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
    expect(await neighbour).toBe("unharmed");
    await until(() => condemned.length === 1);
    expect(await deeds.call({ do: "echo", value: 4 })).toBe(4);
    await until(() => deeds.stats().workers.every(({ incarnation }) => incarnation === 2));
  });

  test.each(["exit-0", "exit-3", "async-throw", "timer-throw"] as const)("costs nobody else anything: %s", async (how) => {
    await using deeds = pool({ size: 1, targetMs: 1_000, maxWindow: 64 });
    const echo = (value: number) => deeds.sendReceive({ do: "echo", value });
    const twenty = Array.from({ length: 20 }, (_, value) => value);
    await Promise.all(twenty.map(echo)); // all that follows is one batch in the thread's hands
    const before = twenty.map(echo);
    const culprit = deeds.sendReceive({ do: "die", how });
    const after = twenty.map(echo);
    expect(await Promise.all([...before, ...after])).toEqual([...twenty, ...twenty].map((value) => ({ ok: true, value })));
    expect(await culprit).toMatchObject({ ok: false, error: { code: "ERR_WORKER_CRASHED" } });
  });

  test("of several requests that end threads leave the pool to the others", { timeout: 60_000 }, async () => {
    await using deeds = pool({ size: 1, retry: { onCrash: true } });
    const calls = Array.from({ length: 400 }, (_, value) =>
      deeds.sendReceive(value % 100 === 50 ? { do: "die", how: "exit-3" } : { do: "echo", value }),
    );
    const results = await Promise.all(calls);
    const codes = results.map((result) => (result.ok ? "ok" : (result.error as { readonly code?: string }).code));
    expect(codes.filter((code) => code === "ok")).toHaveLength(396);
    expect(codes.filter((code) => code === "ERR_POISON_REQUEST")).toHaveLength(4);
  });
});

describe("a thread that does not come up", () => {
  test("a file that throws: every request fails with the reason, and none waits", async () => {
    await using deeds = threads(deedsJob, new URL("./fixtures/bad-load.worker.ts", import.meta.url), { size: 2 });
    const first = await deeds.call({ do: "echo", value: 1 }).catch((thrown: unknown) => thrown);
    expect(first).toMatchObject({ code: "ERR_WORKER_START", cause: { message: "this file does not load" } });
    for (let count = 0; count < 5; count++) {
      await expect(deeds.call({ do: "echo", value: 1 })).rejects.toMatchObject({
        code: expect.stringMatching(/ERR_WORKER_START|ERR_POOL_UNAVAILABLE/),
      });
    }
  });

  test("a file that is mended is found again without a restart of the host", async () => {
    const folder = mkdtempSync(join(tmpdir(), "job-orch-"));
    const file = join(folder, "mended.worker.mts");
    const from = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
    writeFileSync(file, "throw new Error('not yet')");
    const deeds = threads(deedsJob, pathToFileURL(file), { size: 1, restart: { backoff: { baseMs: 10, maxMs: 50 } } });
    try {
      await expect(deeds.call({ do: "echo", value: 1 })).rejects.toMatchObject({ code: "ERR_WORKER_START" });
      writeFileSync(file, `import { serve } from ${from("../src/index.ts")}; serve({ name: "deeds", run: ({ value }) => value });`);
      await expect
        .poll(() => deeds.sendReceive({ do: "echo", value: "mended" }), { timeout: 10_000 })
        .toEqual({ ok: true, value: "mended" });
    } finally {
      await deeds.close();
      rmSync(folder, { recursive: true });
    }
  });

  test("a file that says nothing is given up in time", async () => {
    await using deeds = threads(deedsJob, new URL("./fixtures/silent.worker.ts", import.meta.url), { size: 1, start: { timeoutMs: 300 } });
    await expect(deeds.call({ do: "echo", value: 1 })).rejects.toMatchObject({
      code: "ERR_WORKER_START",
      message: expect.stringContaining("300 ms"),
    });
  });

  test("a file that serves another job is told apart from one that works", async () => {
    const other = { name: "another", run: (value: number) => value };
    await using deeds = threads(other, new URL("./fixtures/deeds.worker.ts", import.meta.url), { size: 1 });
    await expect(deeds.call(1)).rejects.toMatchObject({ code: "ERR_WORKER_START", message: expect.stringContaining("serves deeds") });
  });

  test("threads that crash as soon as they are up: requests are refused, and accepted again when one stays", async () => {
    await using deeds = pool({ restart: { intensity: { failures: 2, windowMs: 60_000 }, backoff: { baseMs: 20, maxMs: 100 } } });
    const states: string[] = [];
    deeds.on("crashLooping", () => states.push("crashLooping"));
    deeds.on("recovered", () => states.push("recovered"));
    for (let count = 0; count < 4; count++) await deeds.sendReceive({ do: "die", how: "exit-3" }, { origin: `o${count}` });
    await until(() => states.includes("crashLooping"));
    await expect.poll(() => deeds.sendReceive({ do: "echo", value: "back" }), { timeout: 10_000 }).toEqual({ ok: true, value: "back" });
    await until(() => states.at(-1) === "recovered");
  });
});
