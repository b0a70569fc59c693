import type { Case } from "../../harness/case.ts";
import { steadyCalls, withoutQueue } from "../../loads/steady.ts";
import { peers } from "../../queues/contenders.ts";

/** The same with schemas: ours checks each request twice (at `call` and before `run`) and each response; the peers check nothing. */
export const callSteadyValidated: Case = {
  id: "call-steady-validated",
  what: "the same, ours with zod schemas for request and response; the peers check nothing",
  unit: "calls/s",
  better: "higher",
  contenders: [
    {
      name: "job-orch, validated",
      role: "ours",
      measure: async (effort) => steadyCalls((await import("../../queues/job-orch-validated.ts")).openJobOrchValidated, effort),
    },
    ...peers(steadyCalls, ["fastq-promise", "p-queue"]),
    { name: "64 lanes, no queue", role: "limit", measure: withoutQueue },
  ],
  bar: [{ against: "p-queue", times: 1 }],
  aim: [{ against: "fastq-promise", times: 1 }],
};
