import type { Case } from "../../harness/case.ts";
import { drainByHand, drainJobOrch, drainOneByOne, drainPlainjob } from "../../loads/sqlite/claim-settle.ts";

/** How fast a backlog is worked off. */
export const claimSettle: Case = {
  id: "claim-settle",
  what: "a backlog of 100,000 (2,000 for those who commit per job): claim, run a no-op, settle; ours 256 at once (synchronous full)",
  unit: "jobs/s",
  better: "higher",
  contenders: [
    { name: "job-orch", role: "ours", measure: drainJobOrch },
    { name: "plainjob", role: "peer", measure: drainPlainjob },
    { name: "raw, 1 job per transaction", role: "peer", measure: drainOneByOne },
    { name: "raw, claim and complete by 100", role: "limit", measure: (effort) => drainByHand(effort, 100) },
  ],
  bar: [
    { against: "raw, claim and complete by 100", times: 0.3 },
    { against: "raw, 1 job per transaction", times: 10 },
  ],
  aim: [{ against: "raw, claim and complete by 100", times: 0.8 }],
};
