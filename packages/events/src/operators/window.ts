import type { Awaitable } from "@job-orch/core";
import type { Full } from "./full.ts";

/** Messages of a stretch of time, from `startMs` up to but without `endMs`. Units: epoch milliseconds, or those of `timeOf`. */
export interface Window<Message, Kind extends WindowKind = WindowKind> {
  readonly kind: Kind;
  readonly startMs: number;
  readonly endMs: number;
  /** In the order they came. */
  readonly messages: readonly Message[];
  /**
   * `time`: its time was over. `end`: the source ended, or was finished. `full`: no more could be held; what still comes for
   * it is in another window with the same bounds.
   */
  readonly closedBy: "time" | "end" | "full";
}

export type WindowKind = "tumbling" | "sliding" | "session";

/** What all windows can be told. */
export interface WindowOptions<Message> {
  /**
   * When a message happened. Units: milliseconds, as in `startMs`. Range: ±8.64e15, as far as a `Date` reaches. With it windows
   * close by a watermark: the newest time seen, less `latenessMs`. Default: when it is taken in, by the clock; one that is set back
   * may open a window a second time.
   */
  readonly timeOf?: (message: Message) => number;
  /** How much later than the newest a message may come and still be counted. Units: milliseconds. Default 0. Only with `timeOf`. */
  readonly latenessMs?: number;
  /** Closes what is open when nothing came for so long. Units: milliseconds by the clock. Default: never. Only with `timeOf`. */
  readonly idleMs?: number;
  /**
   * Gets what comes after its windows closed; it is let go when this resolves. Default: it is let go, and counted.
   * What it throws ends the row of operators.
   */
  readonly onLate?: (message: Message) => Awaitable<void>;
  /** How many messages the open windows hold, one in several windows several times. Range: integer 1 to 10,000,000. Default 100,000. */
  readonly mostHeld?: number;
  /** `close` (default): the window that ends first is closed before its time. */
  readonly full?: Full<"close">;
}
