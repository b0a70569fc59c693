import type { Ground } from "../../harness/case.ts";
import { backlog1m } from "./backlog-1m.ts";
import { claimSettle } from "./claim-settle.ts";
import { sendDurable } from "./send-durable.ts";
import { sendToStart } from "./send-to-start.ts";

/** One machine, one file. */
export const sqlite: Ground = { name: "sqlite", cases: [sendDurable, claimSettle, sendToStart, backlog1m] };
