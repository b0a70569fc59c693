import { job, processor, remote, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { until } from "@job-orch/test-support";
import { describe, expect, test } from "vitest";
import { threadPool, threads } from "../src/index.ts";
import { borrow, double, shout } from "./fixtures/shared.ts";
import { pool } from "./support/pool.ts";

describe("a pool of threads", () => {
  test("serves several jobs with the same threads", async () => {
    await using shared = threadPool(new URL("./fixtures/shared.worker.ts", import.meta.url), { size: 1 });
    const [doubled, shouted] = [threads(double, shared), threads(shout, shared)];
    expect(await Promise.all([doubled.call(21), shouted.call("hey")])).toEqual([42, "HEY"]);
    expect(doubled.stats().workers).toHaveLength(1);
    await doubled.close(); // the pool is its owner's
    expect(await shouted.call("still")).toBe("STILL");
  });

  test("makes resources once per place, in the thread", async () => {
    await using borrowed = threads(borrow, new URL("./fixtures/borrow.worker.ts", import.meta.url), { size: 1, concurrency: 2 });
    const seen = await Promise.all(Array.from({ length: 20 }, () => borrowed.call(null)));
    expect(new Set(seen).size).toBeLessThanOrEqual(2);
  });

  test("answers a short request before a long one behind it ends, where long ones are known", async () => {
    await using deeds = pool({ size: 1, targetMs: 5_000, maxWindow: 8 });
    await deeds.call({ do: "spin", ms: 5 });
    // The first one is begun by itself; what follows is one batch in the thread's hands.
    await Promise.all([deeds.call({ do: "spin", ms: 100 }), deeds.call({ do: "spin", ms: 100 })]);
    const endedMs: number[] = [];
    const all = [40, 4, 1_000].map((ms, at) => deeds.call({ do: "spin", ms }).then(() => (endedMs[at] = performance.now())));
    await Promise.all(all);
    expect((endedMs[2] as number) - (endedMs[1] as number)).toBeGreaterThan(500);
  });

  test("takes work back from a thread that is blocked, for one that is idle", async () => {
    await using deeds = pool({ size: 2, targetMs: 50 });
    const stolen: number[] = [];
    deeds.on("stolen", ({ count }) => stolen.push(count));
    await until(
      () =>
        deeds.stats().workers.filter(({ state }) => state === "ready").length === 2 || (void deeds.call({ do: "echo", value: 1 }), false),
    );
    await Promise.all(Array.from({ length: 400 }, () => deeds.call({ do: "spin", ms: 0.2 }))); // windows of many
    let blocking = true;
    const long = deeds.call({ do: "spin", ms: 1_500 }).then(() => (blocking = false));
    await Promise.all(Array.from({ length: 300 }, () => deeds.call({ do: "spin", ms: 0.2 })));
    expect(blocking).toBe(true); // nobody waited behind the long one
    await long;
    expect(stolen.length).toBeGreaterThan(0);
  });

  test("a lane keeps its order and its thread", async () => {
    await using deeds = pool({ size: 2 });
    const ended: number[] = [];
    await Promise.all(
      Array.from({ length: 200 }, (_, value) =>
        deeds.call({ do: "echo", value }, { lane: 1 }).then((answer) => ended.push(answer as number)),
      ),
    );
    expect(ended).toEqual(Array.from({ length: 200 }, (_, value) => value));
    const { workers } = deeds.stats();
    expect(workers.filter(({ served }) => served > 0)).toMatchObject([{ place: 1 }]);
  });

  test("grows when there is much to do and shrinks when there is not", async () => {
    await using deeds = pool({ size: { min: 0, max: 2 }, idleMs: 50 });
    expect(deeds.stats().workers).toHaveLength(0);
    await Promise.all(Array.from({ length: 20 }, () => deeds.call({ do: "spin", ms: 60 })));
    expect(deeds.stats().workers).toHaveLength(2);
    await until(() => deeds.stats().workers.length === 0);
    expect(await deeds.call({ do: "echo", value: "back" })).toBe("back");
  });

  test("puts fresh threads in the place of old ones, and nobody notices", async () => {
    await using deeds = pool({ recycle: { requests: 50 } });
    const exits: string[] = [];
    deeds.on("workerExited", ({ exitClass }) => exits.push(exitClass));
    let answered = 0;
    await until(() => {
      void deeds.call({ do: "echo", value: 1 }).then(() => answered++);
      return exits.length > 0;
    });
    expect(exits[0]).toBe("recycled");
    expect(await deeds.call({ do: "echo", value: 2 })).toBe(2);
    await until(() => deeds.stats().pending === 0);
    expect(answered).toBeGreaterThan(0);
  });

  test("holds no more than it may: it refuses, or keeps senders waiting", async () => {
    await using strict = pool({ queue: { maxItems: 5, onFull: "reject" }, maxWindow: 2 });
    const results = await Promise.all(Array.from({ length: 20 }, () => strict.sendReceive({ do: "wait", ms: 20 })));
    const refused = results.filter((result) => !result.ok && "code" in result.error && result.error.code === "ERR_POOL_FULL");
    expect(refused.length).toBeGreaterThan(0);
    expect(results.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(5);

    await using patient = pool({ queue: { maxItems: 5 }, maxWindow: 2 });
    let accepted = 0;
    const sends = Array.from({ length: 20 }, () => patient.send({ do: "wait", ms: 20 }).then(() => accepted++));
    await until(() => accepted >= 5);
    expect(accepted).toBeLessThan(20);
    await Promise.all(sends);
  });

  test("an idle thread's 5 ms interval keeps ticking", async () => {
    await using deeds = pool();
    const ticks = async () => (await deeds.call({ do: "ticks" })) as number;
    const before = await ticks();
    let ours = 0;
    const interval = setInterval(() => ours++, 5);
    await until(() => ours >= 40);
    clearInterval(interval);
    expect((await ticks()) - before).toBeGreaterThan(ours / 4); // a busy machine slows both
  });

  test("behind a queue the request's crashes count, and a poison ends as a dead letter", async () => {
    await using inner = pool();
    await using outer = processor(remote(inner), { transport: memory(), retry: { attempts: 5, backoff: { kind: "fixed", baseMs: 1 } } });
    const running = start([outer]);
    expect(await outer.call({ do: "echo", value: 7 })).toBe(7);
    const dead: string[] = [];
    outer.on("dead", ({ attempt, error }) => dead.push(`${error.name} at attempt ${attempt}`));
    await expect(outer.call({ do: "die", how: "exit-3" })).rejects.toMatchObject({ code: "ERR_POISON_REQUEST" });
    expect(dead).toEqual(["PoisonRequestError at attempt 2"]);
    await running.stop();
  });

  test("a thread is warm before its first request, and one that cannot warm up has not started", async () => {
    const warmth = job<null, string>()({ name: "warmth", run: () => "" });
    const url = new URL("./fixtures/warm.worker.ts", import.meta.url);
    await using warm = threads(warmth, url, { size: 1 });
    expect(await warm.call(null)).toBe("warmed");
    await using cold = threads(warmth, url, { size: 1, env: { ...process.env, FAIL_WARM: "1" } });
    await expect(cold.call(null)).rejects.toMatchObject({ code: "ERR_WORKER_START", cause: { message: "too cold" } });
  });

  test("runs in this thread when asked to, and refuses what a thread would", async () => {
    const here: unknown[] = [];
    const seen = job<unknown, number, { readonly at: number }>()({ name: "seen", run: (value, { at }) => here.push(value) + at });
    await using inline = threads(seen, new URL("./fixtures/warm.worker.ts", import.meta.url), { inline: () => ({ at: 10 }) });
    expect(await inline.call("x")).toBe(11);
    expect(here).toEqual(["x"]);
    await expect(inline.call(() => 1)).rejects.toMatchObject({ code: "ERR_ENCODE" });
    await using failing = threads(job<null, null>()({ name: "fails", run: () => Promise.reject(new RangeError("here")) }), new URL("x:y"), {
      inline: true,
    });
    await expect(failing.call(null)).rejects.toThrow("here");
  });

  test("says how it is and what happened", async () => {
    await using deeds = pool({ metrics: true });
    expect(deeds.stats()).toMatchObject({ answered: 0, latencyMs: undefined });
    await Promise.all(Array.from({ length: 50 }, () => deeds.call({ do: "echo", value: 1 })));
    await deeds.sendReceive({ do: "die", how: "exit-3" });
    const { answered, exits, latencyMs, pending } = deeds.stats();
    expect({ answered, exits, pending }).toEqual({ answered: 50, exits: { crash: 1 }, pending: 0 });
    expect(latencyMs?.p99).toBeGreaterThanOrEqual(latencyMs?.p50 ?? Number.NaN);
  });

  test("wrong options are refused with a sentence", () => {
    const here = new URL("./fixtures/shared.worker.ts", import.meta.url);
    expect(() => threads(double, here, { size: 0 })).toThrow(/"size.min" is 0/);
    expect(() => threads(double, here, { size: { min: 3, max: 2 } })).toThrow(/cannot be more/);
    expect(() => threads(double, {} as never)).toThrow(/threads\("double"\) takes/);
    expect(() => threads({} as never, here)).toThrow(/name/);
  });
});
