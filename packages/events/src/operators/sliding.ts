import { OptionError } from "@job-orch/core";
import { whole } from "@job-orch/core/substrate";
import { placeInFixed } from "./open-windows.ts";
import type { Operator } from "./operator.ts";
import type { Window, WindowOptions } from "./window.ts";
import { windowing } from "./windowing.ts";

export interface SlidingOptions<Message> extends WindowOptions<Message> {
  /** Units: milliseconds. Range: integer ≥ `everyMs`, at most 1,000 times as long. */
  readonly sizeMs: number;
  /** How often a window begins. Units: milliseconds. Range: integer ≥ 1. */
  readonly everyMs: number;
  /** Where to count from. Units: as `startMs`. Default 0. */
  readonly offsetMs?: number;
}

const MOST_OVERLAPS = 1_000;

/** Windows of one length that overlap: each message is in `sizeMs / everyMs` of them, and let go with the last. */
export function sliding<Message>(options: SlidingOptions<Message>): Operator<Message, Window<Message, "sliding">> {
  const everyMs = whole("sliding.everyMs", options.everyMs, 1, Number.MAX_SAFE_INTEGER);
  const sizeMs = whole("sliding.sizeMs", options.sizeMs, 1, Number.MAX_SAFE_INTEGER);
  if (sizeMs < everyMs || sizeMs > everyMs * MOST_OVERLAPS) {
    throw new OptionError(`"sliding.sizeMs" is ${sizeMs}; it takes "everyMs" (${everyMs}) to ${MOST_OVERLAPS} times as much`);
  }
  const offsetMs = whole("sliding.offsetMs", options.offsetMs ?? 0, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return windowing("sliding", placeInFixed(sizeMs, everyMs, offsetMs), options);
}
