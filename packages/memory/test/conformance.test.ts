import { conformance, VirtualClock } from "@job-orch/conformance";
import { test } from "vitest";
import { memory, type MemoryOptions } from "../src/index.ts";

const BOUNDED_FRAMES = 20;

/** The suite's harness on a clock that need not be waited for. */
function harness(name: string, options: MemoryOptions) {
  const clock = new VirtualClock();
  return {
    name,
    open: async () => memory({ ...options, clock }),
    bounded: { frames: BOUNDED_FRAMES, open: async () => memory({ ...options, clock, capacity: { frames: BOUNDED_FRAMES } }) },
    leftovers: () => clock.pending,
    slowMs: 5_000,
    quietMs: 100,
    clock,
  };
}

conformance({ test, harness: harness("memory", {}) });
conformance({ test, harness: harness("memory, isolated", { isolation: "codec" }) });
conformance({ test, harness: { name: "memory, by the system's clock", open: async () => memory(), slowMs: 5_000, quietMs: 50 } });
