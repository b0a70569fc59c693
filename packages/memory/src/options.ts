import { type Clock, OptionError, systemClock } from "@job-orch/core";
import type { Isolation } from "./capabilities.ts";

export interface MemoryOptions<Isolated extends Isolation = Isolation> {
  /** Default `none`. */
  readonly isolation?: Isolated;
  /** How much may wait in one mailbox: in a work channel, in a group, or at an anonymous receiver of a broadcast channel. */
  readonly capacity?: {
    /** Range: integer 1 to 16,777,216. Default 1,048,576. */
    readonly frames?: number;
    /** Only with `isolation: "codec"`, as references have no size. Units: bytes of bodies. Default 256 MiB. */
    readonly bytes?: number;
  };
  /**
   * What becomes of an anonymous receiver of a broadcast channel whose mailbox is full.
   * `disconnect` (default): it is cut off and its `receive` rejects with `ERR_RECEIVE`; nothing is dropped in silence and
   * nobody else waits. `drop-oldest`: it misses what waited longest. `block`: senders wait for it, and with them everyone
   * who listens to the channel. Work channels and groups always make senders wait: what they accepted is kept.
   */
  readonly slow?: "block" | "drop-oldest" | "disconnect";
  /**
   * When a group of a broadcast channel is given up: it is full, and nobody has received for it for this long. Until then senders wait
   * for it. Then what it kept is dropped, senders go on, and the first receiver that comes back for it is refused with `ERR_RECEIVE`, which
   * says how many it missed; the next one begins anew. `Infinity`: never.
   *
   * Units: milliseconds. Default 60,000.
   */
  readonly abandonedMs?: number;
  /** How many ended frames each work channel and each group keeps for inspection, the newest. Range: integer ≥ 0. */
  readonly retention?: {
    /** Completed and cancelled. Default 1,000. */
    readonly completed?: number;
    /** Dead letters. Default 10,000. */
    readonly dead?: number;
  };
  /** Where time comes from. */
  readonly clock?: Clock;
}

/** Options with their defaults, checked. */
export interface Settings {
  readonly isolation: Isolation;
  readonly mostFrames: number;
  readonly mostBytes: number;
  readonly slow: "block" | "drop-oldest" | "disconnect";
  readonly abandonedMs: number;
  readonly mostCompleted: number;
  readonly mostDead: number;
  readonly clock: Clock;
}

/** Twice as many slots still fit a plain array of V8 that is not a dictionary. */
const MOST_FRAMES = 2 ** 24;
const POLICIES: readonly unknown[] = ["block", "drop-oldest", "disconnect"];

export function toSettings(options: MemoryOptions): Settings {
  const { isolation = "none", capacity = {}, slow = "disconnect", retention = {}, clock = systemClock, abandonedMs = 60_000 } = options;
  if (isolation !== "none" && isolation !== "codec")
    throw new OptionError(`"isolation" is ${String(isolation)}; it takes "none" or "codec"`);
  if (!POLICIES.includes(slow)) throw new OptionError(`"slow" is ${String(slow)}; it takes "block", "drop-oldest" or "disconnect"`);
  if (!(abandonedMs >= 0)) throw new OptionError(`"abandonedMs" is ${String(abandonedMs)}; it takes milliseconds, or Infinity`);
  if (isolation === "none" && capacity.bytes !== undefined) {
    throw new OptionError('"capacity.bytes" needs isolation "codec": a body that travels by reference has no size');
  }
  return {
    isolation,
    mostFrames: whole("capacity.frames", capacity.frames ?? 2 ** 20, 1, MOST_FRAMES),
    mostBytes:
      isolation === "none" ? Number.POSITIVE_INFINITY : whole("capacity.bytes", capacity.bytes ?? 2 ** 28, 1, Number.MAX_SAFE_INTEGER),
    slow,
    abandonedMs,
    mostCompleted: whole("retention.completed", retention.completed ?? 1_000, 0, MOST_FRAMES),
    mostDead: whole("retention.dead", retention.dead ?? 10_000, 0, MOST_FRAMES),
    clock,
  };
}

export function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new OptionError(`"${name}" is ${String(value)}; it takes a whole number from ${least} to ${most}`);
}
