import { hostConformance } from "@job-orch/conformance";
import { test } from "vitest";
import { QuotaError } from "../fixtures/jobs.ts";
import { pool } from "../support/pool.ts";

for (const transport of ["fd3", "unix"] as const) {
  const open = (options: Parameters<typeof pool>[0]) => pool({ transport, ...options });
  hostConformance({ test, harness: { name: `processes over ${transport}`, open, errorClass: QuotaError, slowMs: 10_000 } });
}
