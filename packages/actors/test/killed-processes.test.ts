import { describe, expect, it } from "vitest";
import { world } from "./support/hosted.ts";

const ask = { timeoutMs: 30_000 };
const keys = Array.from({ length: 30 }, (_, at) => `key-${at}`);

function pidOf({ where }: { readonly where: string }): number {
  return Number(/^process (\d+)$/.exec(where)?.[1]);
}

describe("a child process that is killed from outside", () => {
  it.each(["fail", "retry"] as const)("has its keys go on elsewhere, each with what was answered; what it had begun: %s", async (crash) => {
    await using on = await world("processes", { placed: { crash } });
    const exits: unknown[] = [];
    on.pool.on("workerExited", ({ exit }) => exits.push(exit.signal));
    const first = await Promise.all(keys.map((key) => on.placed.ask({ key, n: 0 }, ask)));
    const victim = pidOf(first[0]!);
    let begun = 0;
    on.pool.on("progress", () => begun++);
    expect(new Set(first.map(pidOf)).size).toBe(2);
    // Every key has one at work and two behind it when the child goes.
    const asked = keys.map((key) => Promise.allSettled([1, 2, 3].map((n) => on.placed.ask({ key, n, ms: n === 1 ? 300 : 0 }, ask))));
    await expect.poll(() => begun).toBeGreaterThanOrEqual(20);
    process.kill(victim, "SIGKILL");
    let losses = 0;
    for (const [at, settled] of (await Promise.all(asked)).entries()) {
      const pages = settled.map((one) => (one.status === "fulfilled" ? one.value.notes : (one.reason as { readonly code: string }).code));
      const undisturbed = [
        [0, 1],
        [0, 1, 2],
        [0, 1, 2, 3],
      ];
      const hit = pidOf(first[at]!) === victim;
      const lost = ["ERR_HOST_LOST", [0, 2], [0, 2, 3]];
      if (pages[0] === "ERR_HOST_LOST") losses++;
      // A child begins 16 at once: a message that it had not begun goes on as if nothing had been.
      if (hit && crash === "fail") expect([lost, undisturbed]).toContainEqual(pages);
      else expect(pages).toEqual(undisturbed);
    }
    expect(losses > 0).toBe(crash === "fail");
    expect(exits).toEqual(["SIGKILL"]);
  });
});
