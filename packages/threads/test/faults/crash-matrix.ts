import { type Death, deeds as deedsJob } from "@job-orch/test-support";
import { expect } from "vitest";
import { threads } from "../../src/index.ts";
import { pool } from "../support/pool.ts";

/** Seven ways for a thread to end with a request in hand; the last is a file that does not load. */
export const ways = ["async-throw", "timer-throw", "exit-0", "exit-3", "killed", "out-of-memory", "bad-load"] as const;

/**
 * One way, so many times: every promise settles once and with what it must, what was not begun is answered all the same, and the pool
 * works afterwards.
 */
export async function crashMatrix(way: (typeof ways)[number], times: number): Promise<void> {
  if (way === "bad-load") return badLoads(times);
  const deeds = pool({
    size: 2,
    resourceLimits: { maxOldGenerationSizeMb: 32 },
    restart: { intensity: { failures: 1_000_000 }, backoff: { maxMs: 0 } },
    graceMs: 0,
    callTimeoutMs: 120_000,
  });
  let settled = 0;
  try {
    for (let time = 0; time < times; time++) {
      const asked =
        way === "killed" ? deeds.call({ do: "die", how: "loop" }, { timeoutMs: 50 }) : deeds.call({ do: "die", how: way as Death });
      const dying = asked.then(
        () => expect.unreachable(),
        (error: unknown) => {
          settled++;
          return error;
        },
      );
      const others = Array.from({ length: 8 }, (_, value) => deeds.sendReceive({ do: "echo", value }));
      expect(await dying).toMatchObject({ code: way === "killed" ? "ERR_DEADLINE" : "ERR_WORKER_CRASHED" });
      for (const [value, result] of (await Promise.all(others)).entries()) expect(result).toEqual({ ok: true, value });
    }
    expect(settled).toBe(times);
    expect(await deeds.call({ do: "echo", value: "afterwards" })).toBe("afterwards");
    expect(deeds.stats()).toMatchObject({ waiting: 0, pending: 0 });
  } finally {
    await deeds.close();
  }
}

/** A file that does not load: every request fails fast, whatever the backoff. */
async function badLoads(times: number): Promise<void> {
  const url = new URL("../fixtures/bad-load.worker.ts", import.meta.url);
  const deeds = threads(deedsJob, url, { size: 2, restart: { backoff: { maxMs: 5 }, intensity: { failures: 1_000_000 } } });
  try {
    for (let time = 0; time < times; time++) {
      const error = await deeds.call({ do: "echo", value: 1 }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(WORKER_START|POOL_UNAVAILABLE)$/) });
      await new Promise((resolve) => void setImmediate(resolve));
    }
    expect(deeds.stats()).toMatchObject({ waiting: 0, pending: 0 });
  } finally {
    await deeds.close();
  }
}
