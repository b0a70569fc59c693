import { whole } from "@job-orch/core/substrate";
import { placeInSession } from "./open-windows.ts";
import type { Operator } from "./operator.ts";
import type { Window, WindowOptions } from "./window.ts";
import { windowing } from "./windowing.ts";

export interface SessionOptions<Message> extends WindowOptions<Message> {
  /** How long after a message nothing may happen for its session to be over. Units: milliseconds. Range: integer ≥ 1. */
  readonly gapMs: number;
}

/** Windows as long as something goes on: from the first message to `gapMs` after the last. Inside `groupBy` one for each key. */
export function session<Message>(options: SessionOptions<Message>): Operator<Message, Window<Message, "session">> {
  return windowing("session", placeInSession(whole("session.gapMs", options.gapMs, 1, Number.MAX_SAFE_INTEGER)), options);
}
