import { oneOf, whole } from "@job-orch/core/substrate";

/** What happens to an event whose target has a full queue. */
export type SlowTarget = "block" | "drop-oldest" | "drop-newest" | "disconnect";

export interface TargetOptions {
  /** How many events may wait for this target. Range: integer 1 to 1,000,000. Default 1,024. */
  readonly capacity?: number;
  /**
   * What a full queue does: `"block"` makes publishers wait for this target (the other targets have the event already), the
   * others drop the event that waited longest, drop the new one, or end the subscription and tell `onError`. Default `"block"`.
   */
  readonly slow?: SlowTarget;
  /** How many events the target works on at once. Default 1: in order. Range: integer 1 to 100,000. */
  readonly concurrency?: number;
}

/** Hears of a target that failed or was cut off. What it throws itself is not heard of. */
export type OnTargetError = (error: unknown, event: unknown, subject: string) => void;

export interface OutletSettings {
  readonly capacity: number;
  readonly slow: SlowTarget;
  readonly concurrency: number;
  readonly onError: OnTargetError;
  readonly onIdle: () => void;
}

export function toOutletSettings(
  { capacity = 1_024, slow = "block", concurrency = 1 }: TargetOptions,
  onError: OnTargetError,
  onIdle: () => void,
): OutletSettings {
  return {
    capacity: whole("capacity", capacity, 1, 1_000_000),
    slow: oneOf("slow", slow, ["block", "drop-oldest", "drop-newest", "disconnect"]),
    concurrency: whole("concurrency", concurrency, 1, 100_000),
    onError,
    onIdle,
  };
}
