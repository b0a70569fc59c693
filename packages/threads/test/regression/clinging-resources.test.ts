import { start } from "@job-orch/core";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { threads } from "../../src/index.ts";
import { borrow } from "../fixtures/shared.ts";

const file = new URL("../fixtures/clings.worker.ts", import.meta.url);

/** A pool whose only thread never lets go of what its job borrowed, in the middle of a stop that has for ever. */
async function stopsForEver() {
  const clinging = threads(borrow, file, { size: 1 });
  const running = start(clinging, { signals: ["SIGUSR2"] });
  await clinging.call(null);
  const stopping = running.stop({ graceMs: Number.POSITIVE_INFINITY });
  await until("the thread to be told", () => clinging.stats().workers.every(({ state }) => state === "draining"));
  return { clinging, running, stopping };
}

test.for([
  ["a second stop", ({ clinging }) => clinging.stop({ graceMs: Number.POSITIVE_INFINITY })],
  ["a close", ({ clinging }) => clinging.close()],
  ["a signal", () => process.emit("SIGUSR2")],
] as const satisfies readonly (readonly [string, (pool: Awaited<ReturnType<typeof stopsForEver>>) => unknown])[])(
  "a stop without end is ended by %s, though the thread does not let go of what its job borrowed",
  async ([, hurry]) => {
    const pool = await stopsForEver();
    await hurry(pool);
    await pool.stopping;
    await pool.running.ended;
    expect(pool.clinging.stats()).toMatchObject({ workers: [], pending: 0 });
    await pool.clinging.close();
  },
);
