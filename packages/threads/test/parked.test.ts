import { until } from "@job-orch/test-support";
import { describe, expect, test } from "vitest";
import { pool } from "./support/pool.ts";

describe.each(["park", "spin"] as const)("a thread that waits outside its event loop (%s)", (wake) => {
  test("answers one call after another, and many at once", async () => {
    await using deeds = pool({ wake });
    for (let value = 0; value < 200; value++) expect(await deeds.call({ do: "echo", value })).toBe(value);
    const all = await Promise.all(Array.from({ length: 2_000 }, (_, value) => deeds.call({ do: "echo", value })));
    expect(all).toEqual(Array.from({ length: 2_000 }, (_, value) => value));
  });

  test("goes back to it for a job that waits, and hears meanwhile that nobody wants it any more", async () => {
    await using deeds = pool({ wake, graceMs: 10_000 });
    expect(await deeds.call({ do: "wait", ms: 20, value: "waited" })).toBe("waited");
    const aborter = new AbortController();
    const call = deeds.call({ do: "listen" }, { signal: aborter.signal });
    await until(() => deeds.stats().workers[0]?.inFlight === 1);
    aborter.abort(new Error("changed my mind"));
    await expect(call).rejects.toThrow("changed my mind");
    await until(() => deeds.stats().workers[0]?.inFlight === 0);
    expect(deeds.stats().workers[0]).toMatchObject({ incarnation: 1 });
  });

  test("is followed by another when it ends, and ends in good order when it is told to", async () => {
    const deeds = pool({ wake });
    const error = await deeds.call({ do: "die", how: "exit-3" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_WORKER_CRASHED", exitCode: 3 });
    expect(await deeds.call({ do: "echo", value: 2 })).toBe(2);
    await deeds.stop();
    expect(deeds.stats().workers).toHaveLength(0);
    await deeds.close();
  });

  test("gives its timers a turn, though it may be late", async () => {
    await using deeds = pool({ wake });
    const ticks = async (): Promise<number> => (await deeds.call({ do: "ticks" })) as number;
    const before = await ticks();
    // Each look is a call and a turn of its own: too few to explain as many ticks.
    let looks = 0;
    let now = before;
    for (; now - before < 40 && looks < 20; looks++) {
      await new Promise((resolve) => void setTimeout(resolve, 500));
      now = await ticks();
    }
    expect(now - before).toBeGreaterThanOrEqual(40);
  });
});

describe("wake", () => {
  test("spinning host sleeps when no answer comes", async () => {
    await using deeds = pool({ wake: "spin" });
    await deeds.call({ do: "echo", value: 1 });
    let begun = false;
    deeds.on("progress", () => (begun = true));
    const call = deeds.call({ do: "wait", ms: 600, value: "waited" });
    await until("the thread waits", () => begun);
    const before = performance.eventLoopUtilization();
    await call;
    const { utilization } = performance.eventLoopUtilization(before);
    expect(utilization).toBeLessThan(0.5);
  });

  test("is not a way to wait that nobody knows", () => {
    expect(() => pool({ wake: "sleep" as "park" })).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  });
});
