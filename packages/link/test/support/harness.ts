import type { HostHarness } from "@job-orch/conformance";
import { deeds, doneDeeds, QuotaError } from "@job-orch/test-support";
import { hostJob, inlineFactory, payloadOf, Pool } from "../../src/index.ts";

/** What a thread would refuse is refused here too; what it takes is not copied. */
const check = payloadOf("auto");

/** The shared job in line, for the clauses of hosts. */
export const harness: HostHarness = {
  name: "in line",
  capabilities: { isolated: false },
  open: (options) => {
    const pool = new Pool({ name: "deeds", options: { size: 1, ...options }, factory: inlineFactory([doneDeeds()]) });
    return hostJob(deeds, pool, (value) => void check(value), true);
  },
  errorClass: QuotaError,
  slowMs: 10_000,
};
