import { whole } from "@job-orch/core/substrate";
import { placeInFixed } from "./open-windows.ts";
import type { Operator } from "./operator.ts";
import type { Window, WindowOptions } from "./window.ts";
import { windowing } from "./windowing.ts";

export interface TumblingOptions<Message> extends WindowOptions<Message> {
  /** Units: milliseconds. Range: integer ≥ 1. */
  readonly sizeMs: number;
  /** Where to count from. Units: as `startMs`. Default 0: days begin at midnight UTC. */
  readonly offsetMs?: number;
}

/** Windows of one length, one after the other: each message is in one. */
export function tumbling<Message>(options: TumblingOptions<Message>): Operator<Message, Window<Message, "tumbling">> {
  const sizeMs = whole("tumbling.sizeMs", options.sizeMs, 1, Number.MAX_SAFE_INTEGER);
  const offsetMs = whole("tumbling.offsetMs", options.offsetMs ?? 0, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return windowing("tumbling", placeInFixed(sizeMs, sizeMs, offsetMs), options);
}
