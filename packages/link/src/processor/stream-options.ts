import { duration, whole } from "@job-orch/core/substrate";
import type { PoolSendOptions } from "./call-options.ts";

/** So many items are no trouble to keep, and the two sides need not wait for each other with each. */
const USUAL_WINDOW = 16;
const WIDEST_WINDOW = 65_536;

/** What can be said of a request whose job yields. `deadline` is about all of it, `signal` gives it up at any time. */
export interface StreamOptions extends PoolSendOptions {
  /**
   * How far the job may be ahead of its reader: how many items are kept at most, on both sides together. Small items go faster
   * through a wide window. Units: items. Range: integer 1 to 65,536; default 16.
   */
  readonly window?: number;
  /** How long to wait for each item, from when it is asked for. Units: milliseconds; `Infinity` waits for ever. Default: the pool's `callTimeoutMs`. */
  readonly timeoutMs?: number;
}

/** What a stream needs to know itself, and the rest, which is about its request. Errors: `ERR_OPTION`. */
export function streamOptions({ window = USUAL_WINDOW, timeoutMs, ...rest }: StreamOptions, callTimeoutMs: number) {
  return {
    window: whole("window", window, 1, WIDEST_WINDOW),
    timeoutMs: timeoutMs === undefined ? callTimeoutMs : duration("timeoutMs", timeoutMs),
    rest,
  } as const;
}
