import { rows, until } from "@job-orch/test-support";
import { streamsAsPromised } from "@job-orch/test-support/streams";
import { describe, expect, test } from "vitest";
import { threadPool, type ThreadOptions, threads } from "../src/index.ts";
import { double } from "./fixtures/shared.ts";
import { borrowing, chunks, wasCancelled } from "./fixtures/yields.ts";
import { pool } from "./support/pool.ts";

const fixture = (name: string): URL => new URL(`./fixtures/${name}.worker.ts`, import.meta.url);
const open = (options: ThreadOptions<typeof rows> = {}) => threads(rows, fixture("rows"), { size: 1, ...options });

describe.each(["event", "park", "spin"] as const)("jobs on threads yield, woken by %s", (wake) => {
  streamsAsPromised({ test, open: (options) => open({ wake, ...options }), isolated: true, copies: true });
});

describe("jobs on threads yield", () => {
  test("buffers that move, from a stream of the platform, next to ordinary calls on the same thread", async () => {
    await using shared = threadPool(fixture("yields"), { size: 1, concurrency: 4 });
    const [read, cancelled, doubled] = [threads(chunks, shared), threads(wasCancelled, shared), threads(double, shared)];
    const [items, ...answers] = await Promise.all([
      Array.fromAsync(read.stream(40, { window: 3 })),
      ...Array.from({ length: 100 }, (_, n) => doubled.call(n)),
    ]);
    expect(items.map((item) => item[99_999])).toEqual(Array.from({ length: 40 }, (_, at) => 39 - at));
    expect(answers).toEqual(Array.from({ length: 100 }, (_, n) => n * 2));
    expect(await cancelled.call(null)).toBe(false);
    for await (const item of read.stream(1_000_000)) if (item.length > 0) break;
    await until(() => cancelled.call(null));
  });

  test("with what they borrowed, until they end", async () => {
    await using borrowed = threads(borrowing, fixture("borrowing"), { size: 1, concurrency: 2 });
    const kept = await Promise.all([1, 2, 3, 4].map(async () => Array.fromAsync(borrowed.stream(20, { window: 2 }))));
    expect(new Set(kept.flat())).toEqual(new Set([true]));
  });

  test("and who reads one that does not hears so", async () => {
    await using deeds = pool();
    const stream = deeds.stream as unknown as (request: unknown, options?: object) => AsyncIterator<unknown>;
    await expect(stream({ do: "echo", value: 1 }).next()).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      message: '"deeds" yields nothing: its run is no async generator; use call(request)',
    });
    expect(await deeds.call({ do: "echo", value: 1 })).toBe(1);
    expect(() => stream({ do: "echo", value: 1 }, { window: 0 })).toThrow(/"window" is 0/);
  });
});
