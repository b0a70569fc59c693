import { conformance } from "@job-orch/conformance";
import { test } from "vitest";
import { arrayTransport } from "../array-transport.ts";

conformance({
  test,
  harness: {
    name: "array",
    open: async () => arrayTransport(),
    bounded: { frames: 20, open: async () => arrayTransport({ capacity: 20 }) },
    slowMs: 8_000,
    quietMs: 100,
  },
});
