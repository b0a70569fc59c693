import type { AttemptRecord, Frame, FrameState, WireError } from "@job-orch/core";
import type { ReferenceReceiver } from "./receiver.ts";

let serial = 0;

/** A frame in a queue, and all that is known of it. */
export class Entry {
  /** Order of acceptance. */
  readonly serial = ++serial;
  frame: Frame;
  readonly acceptedMs: number;
  state: FrameState = "ready";
  /** Not lent out before. Units: epoch milliseconds. */
  dueMs: number;
  /** How many loans counted. */
  attempt = 0;
  /** How many loans there were. */
  fence = 0;
  holder: ReferenceReceiver | undefined;
  /** When the loan ends by itself. Units: epoch milliseconds. */
  leaseEndsMs = Number.POSITIVE_INFINITY;
  endedMs: number | undefined;
  error: WireError | undefined;
  readonly attempts: AttemptRecord[] = [];

  constructor(frame: Frame, nowMs: number) {
    this.frame = frame;
    this.acceptedMs = nowMs;
    this.dueMs = frame.options?.dueMs ?? 0;
  }

  get priority(): number {
    return this.frame.options?.priority ?? 5;
  }

  get orderKey(): string | undefined {
    return this.frame.options?.orderKey;
  }
}
