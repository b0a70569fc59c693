import { fail } from "node:assert/strict";
import type { Bench } from "./bench.ts";
import { WhatRuns } from "./what-runs.ts";

/** Whatever is opened and closed meanwhile, nothing of it keeps the process busy or stays in the backend. */
export async function leavesNothing(bench: Bench, live: () => Promise<void>): Promise<void> {
  const runs = new WhatRuns();
  const inBackend = async (): Promise<number> => (await bench.harness.leftovers?.()) ?? 0;
  try {
    const before = await inBackend();
    await live();
    const endsMs = bench.clock.now() + bench.slowMs;
    for (;;) {
      const more = (await inBackend()) - before;
      const left = [...runs.left(), ...(more > 0 ? [`${more} in the backend`] : [])];
      if (left.length === 0) return;
      if (bench.clock.now() >= endsMs) fail(`${left.join(", ")} left running after everything was closed`);
      await bench.pause(10);
    }
  } finally {
    runs[Symbol.dispose]();
  }
}
