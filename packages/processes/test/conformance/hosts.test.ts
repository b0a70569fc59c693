import { hostConformance } from "@job-orch/conformance";
import { QuotaError } from "@job-orch/test-support";
import { describe, test } from "vitest";
import { pool } from "../support/pool.ts";

// Several at a time: what they do is wait.
describe.concurrent("over every transport", () => {
  for (const transport of ["fd3", "stdio", "unix", "tcp"] as const) {
    const open = (options: Parameters<typeof pool>[0]) => pool({ transport, ...options });
    const name = `processes over ${transport}`;
    hostConformance({ test, harness: { name, capabilities: { isolated: true }, open, errorClass: QuotaError, slowMs: 10_000 } });
  }
});
