import { FakeClock, turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { type CachedOptions, cached, type ProcessorOptions, processor } from "../src/index.ts";
import { belongings } from "./support/belongings.ts";
import { plainJob } from "./support/plain-job.ts";
import { memory } from "./support/wires.ts";

interface Run {
  readonly word: string;
  readonly resources: { readonly slot: number };
  readonly signal: AbortSignal;
  readonly end: (answer: string | Error) => void;
}

describe("a stale response in a processor", () => {
  const { own, run } = belongings();

  /** A processor whose job ends when the test says so, with "a" kept and stale. */
  async function stale(options: Partial<ProcessorOptions> = {}, caching: Partial<CachedOptions<string>> = {}) {
    const clock = new FakeClock();
    const runs: Run[] = [];
    const store = new Map<string, unknown>();
    const lookUp = plainJob({
      name: "look-up",
      run: (word: string, resources: { readonly slot: number }, { signal }) =>
        new Promise<string>((resolve, reject) => {
          const end = (answer: string | Error): void => (answer instanceof Error ? reject(answer) : resolve(answer));
          runs.push({ word, resources, signal, end });
        }),
    });
    const job = cached(lookUp, store, { key: (word) => word, ttlMs: 1_000, staleMs: 5_000, clock, ...caching });
    let slots = 0;
    const hosted = run(
      processor(job, { transport: own(memory()), resources: () => ({ slot: ++slots }), ...options } as ProcessorOptions & {
        readonly resources: () => { readonly slot: number };
      }),
    );
    const filling = hosted.call("a");
    await until("it runs", () => runs.length === 1);
    runs[0]?.end("old");
    expect(await filling).toBe("old");
    await clock.advance(1_000);
    return { hosted, runs, clock, store };
  }

  it("is given out at once, and renewed behind the answer", async () => {
    const { hosted, runs } = await stale();

    expect(await hosted.call("a")).toBe("old");
    await until("it is being renewed", () => runs.length === 2);
    runs[1]?.end("new");
    await until("it is renewed", async () => (await hosted.call("a")) === "new");

    expect(runs.length).toBe(2);
  });

  it("is renewed by one request, however many find it, and all are answered meanwhile", async () => {
    const { hosted, runs } = await stale({ concurrency: 4 });

    expect(await Promise.all(Array.from({ length: 20 }, () => hosted.call("a")))).toEqual(Array(20).fill("old"));

    expect(runs.length).toBe(2);
    runs[1]?.end("new");
  });

  it("keeps its slot and the slot's resources while it is renewed", async () => {
    const { hosted, runs } = await stale({ concurrency: 1 });
    expect(await hosted.call("a")).toBe("old");
    const other = hosted.call("b");
    await until("it is being renewed", () => runs.length === 2);
    await turns();
    expect(runs.length).toBe(2); // "b" waits for the only slot

    runs[1]?.end("new");
    await until("the other one runs", () => runs.length === 3);
    runs[2]?.end("B");

    expect(await other).toBe("B");
    expect(runs.map(({ resources }) => resources.slot)).toEqual([1, 1, 1]);
  });

  it("a renewal that fails is nobody's failure, and the next request tries again", async () => {
    const { hosted, runs } = await stale();
    const ends: string[] = [];
    for (const event of ["failed", "retried", "dead"] as const) hosted.on(event, () => void ends.push(event));
    const logged: string[] = [];
    hosted.on("log", ({ message }) => void logged.push(message));
    expect(await hosted.call("a")).toBe("old");
    await until("it is being renewed", () => runs.length === 2);

    runs[1]?.end(new Error("down"));
    await until("it is logged", () => logged.length === 1);
    expect(await hosted.call("a")).toBe("old");
    await until("it is tried again", () => runs.length === 3);
    runs[2]?.end("new");

    expect(ends).toEqual([]);
    expect(logged).toEqual(["the job failed; a stale response goes out"]);
  });

  it("a renewal ends with the processor's time limit", async () => {
    const { hosted, runs } = await stale({ timeoutMs: 50, concurrency: 1 });
    expect(await hosted.call("a")).toBe("old");
    await until("it is being renewed", () => runs.length === 2);
    const { signal } = runs[1] as Run;

    await until("it is told to stop", () => signal.aborted);
    expect(signal.reason).toMatchObject({ name: "AttemptTimeoutError" });
    runs[1]?.end(signal.reason as Error);
    const next = hosted.call("b");
    await until("its slot is free", () => runs.length === 3);
    runs[2]?.end("B");
    expect(await next).toBe("B");
  });

  it("no caller's deadline ends a renewal", async () => {
    const { hosted, runs } = await stale();
    expect(await hosted.call("a", { timeoutMs: 20 })).toBe("old");
    await until("it is being renewed", () => runs.length === 2);
    const deadlineMs = performance.now() + 60;
    await until("the deadline has passed", () => performance.now() > deadlineMs);

    expect(runs[1]?.signal.aborted).toBe(false);
    runs[1]?.end("new");
    await until("it is renewed", async () => (await hosted.call("a")) === "new");
  });

  it("stopping waits for a renewal as for any job, then tells it to stop, and nothing is left of it", async () => {
    const { hosted, runs, store } = await stale({ graceMs: 20 });
    expect(await hosted.call("a")).toBe("old");
    await until("it is being renewed", () => runs.length === 2);
    const { signal, end } = runs[1] as Run;
    signal.addEventListener("abort", () => end(signal.reason as Error));
    const before = [...store.values()];

    await hosted.close();

    expect(signal.reason).toMatchObject({ code: "ERR_CLOSED" });
    await turns();
    expect([...store.values()]).toEqual(before);
  });
});
