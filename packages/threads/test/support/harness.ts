import type { HostHarness } from "@job-orch/conformance";
import { QuotaError } from "@job-orch/test-support";
import { pool } from "./pool.ts";

/** The fixture's job on threads, for the clauses of hosts. */
export const harness: HostHarness = {
  name: "threads",
  capabilities: { isolated: true },
  open: (options) => pool(options),
  errorClass: QuotaError,
  slowMs: 10_000,
};
