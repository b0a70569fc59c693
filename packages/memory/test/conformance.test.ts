import { conformance } from "@job-orch/conformance";
import { test } from "vitest";
import { memory } from "../src/index.ts";

const capacity = { frames: 20 } as const;

for (const isolation of ["none", "codec"] as const) {
  conformance({
    test,
    harness: {
      name: isolation === "none" ? "memory" : "memory with codec",
      open: async () => memory({ isolation }),
      bounded: { frames: capacity.frames, open: async () => memory({ isolation, capacity }) },
      slowMs: 8_000,
      quietMs: 100,
    },
    results: new URL(`../../../docs/guarantees/memory${isolation === "none" ? "" : "-codec"}.json`, import.meta.url),
  });
}
