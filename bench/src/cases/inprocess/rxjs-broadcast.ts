import type { Case } from "../../harness/case.ts";

/** Responses to an Observable with several subscribers. */
export const rxjsBroadcast: Case = {
  id: "rxjs-broadcast",
  what: "responses through the broadcast channel, responseReceiver() and toObservable() to 3 subscribers; messages, each seen by all 3",
  unit: "messages/s",
  better: "higher",
  contenders: [
    {
      name: "job-orch toObservable",
      role: "ours",
      measure: async (effort) => (await import("../../loads/broadcast-job-orch.ts")).broadcastJobOrch(effort),
    },
    {
      name: "raw Subject",
      role: "limit",
      measure: async (effort) => (await import("../../loads/broadcast-subject.ts")).broadcastSubject(effort),
    },
  ],
  bar: [{ against: "raw Subject", times: 0.3 }],
  aim: [{ against: "raw Subject", times: 0.6 }],
};
