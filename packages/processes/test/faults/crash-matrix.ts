import { type Death } from "@job-orch/test-support";
import { expect } from "vitest";
import { pool } from "../support/pool.ts";

/** Seven ways for a process to end with a request in hand; the last is a program that does not load. */
export const ways = ["async-throw", "timer-throw", "exit-0", "exit-3", "killed", "out-of-memory", "bad-load"] as const;

/** How workers announce what they begin. */
export const acks = ["each", "group"] as const;

type Way = (typeof ways)[number];

const NEIGHBOURS = 8;
/** Short requests, until a worker that may announces as many together as there are neighbours. */
const WARM_UP = 64;

/**
 * As for threads: every promise settles once and with what it must, the pool works on, and what was not begun is answered. With
 * `acks: "each"` that is every neighbour. With `"group"` a worker whose jobs are short says of several at once that they begin
 * (docs/protocol.md, "Crash"): those are told that they may have run, and how many are suspected: none where the one to blame is known.
 */
export async function crashMatrix(way: Way, announced: (typeof acks)[number], times: number): Promise<void> {
  const restart = { intensity: { failures: 1_000_000 }, backoff: { maxMs: way === "bad-load" ? 5 : 0 } };
  const broken = way === "bad-load" ? { args: ["-e", "console.error('this program does not load'); process.exit(1)"] } : {};
  const oom = way === "out-of-memory" ? { env: { NODE_OPTIONS: "--max-old-space-size=32" } } : {};
  const deeds = pool({ size: 2, acks: announced, restart, graceMs: 0, callTimeoutMs: 120_000, ...broken, ...oom });
  let settled = 0;
  try {
    for (let time = 0; time < times; time++) {
      if (way !== "bad-load") await Promise.all(Array.from({ length: WARM_UP }, (_, value) => deeds.call({ do: "echo", value })));
      const how: Death = way === "killed" || way === "bad-load" ? "loop" : way;
      const asked = deeds.call({ do: "die", how }, way === "killed" ? { timeoutMs: 200 } : {});
      const dying = asked.then(
        () => expect.unreachable(),
        (error: unknown) => {
          settled++;
          return error;
        },
      );
      if (way === "bad-load") {
        expect(await dying).toMatchObject({ code: expect.stringMatching(/^ERR_(WORKER_START|POOL_UNAVAILABLE)$/) });
        await new Promise((resolve) => void setImmediate(resolve));
        continue;
      }
      const others = Array.from({ length: NEIGHBOURS }, (_, value) => deeds.sendReceive({ do: "echo", value }));
      expect(await dying).toMatchObject({ code: way === "killed" ? "ERR_DEADLINE" : "ERR_WORKER_CRASHED" });
      for (const [value, result] of (await Promise.all(others)).entries()) {
        if (result.ok || announced === "each") expect(result).toEqual({ ok: true, value });
        else
          expect(result.error).toMatchObject({
            code: "ERR_WORKER_CRASHED",
            completed: false,
            suspects: way === "killed" ? 0 : expect.toSatisfy((count: number) => count > 1),
          });
      }
    }
    expect(settled).toBe(times);
    if (way !== "bad-load") expect(await deeds.call({ do: "echo", value: "afterwards" })).toBe("afterwards");
    expect(deeds.stats()).toMatchObject({ waiting: 0, pending: 0 });
  } finally {
    await deeds.close();
  }
}
