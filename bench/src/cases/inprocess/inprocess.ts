import type { Ground } from "../../harness/case.ts";
import { burstCase } from "./burst.ts";
import { bytesPerQueuedCase } from "./bytes-per-queued.ts";
import { callSteady } from "./call-steady.ts";
import { callSteadyValidated } from "./call-steady-validated.ts";
import { codec1k } from "./codec-1k.ts";
import { rxjsBroadcast } from "./rxjs-broadcast.ts";

/** Everything within one process: no store, no wire. */
export const inprocess: Ground = {
  name: "inprocess",
  cases: [callSteady, callSteadyValidated, burstCase, bytesPerQueuedCase, rxjsBroadcast, codec1k],
};
