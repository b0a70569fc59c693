import type { AttemptRecord, Frame, WireError } from "@job-orch/core";
import type { DedupeRecord } from "./dedupe.ts";
import { DEFAULT_PRIORITY } from "./priority-levels.ts";
import type { Timed } from "./timers.ts";

/** Where a frame with a record is. `follower`: behind another one with the same order key. */
export type Place = "ready" | "delayed" | "follower" | "in-flight" | "completed" | "cancelled" | "dead" | "removed";

/** What takes an entry when its time has come. */
export interface EntryOwner {
  readonly ripen: (entry: Entry) => void;
}

/** A frame retried more often than this forgets its oldest attempts. */
const MOST_ATTEMPTS_KEPT = 100;

/** The record of a frame that has options, was begun before, or ended. Plain frames have none until they need one. */
export class Entry implements Timed {
  frame: Frame;
  /** Order and time of acceptance. */
  readonly stamp: number;
  readonly owner: EntryOwner;
  place: Place = "ready";
  /** Where it stands in the ring of its level while it is ready. */
  position = 0;
  heapIndex = -1;
  /** Not before. Units: epoch milliseconds; 0: at once. */
  dueMs: number;
  /** Attempts that count. */
  begun = 0;
  /** Loans. */
  fence = 0;
  endedMs: number | undefined;
  error: WireError | undefined;
  attempts: AttemptRecord[] | undefined;
  dedupe: DedupeRecord | undefined;
  /** Neighbours behind the same order key. */
  before: Entry | undefined;
  behind: Entry | undefined;

  constructor(frame: Frame, stamp: number, owner: EntryOwner) {
    this.frame = frame;
    this.stamp = stamp;
    this.owner = owner;
    this.dueMs = frame.options?.dueMs ?? 0;
  }

  get priority(): number {
    return this.frame.options?.priority ?? DEFAULT_PRIORITY;
  }

  get orderKey(): string | undefined {
    return this.frame.options?.orderKey;
  }

  record(attempt: AttemptRecord): void {
    this.attempts ??= [];
    if (this.attempts.length >= MOST_ATTEMPTS_KEPT) this.attempts.shift();
    this.attempts.push(attempt);
  }

  /** Its time has come. */
  fire(): void {
    this.owner.ripen(this);
  }
}
