import type { Dedupe } from "@job-orch/core";
import type { Entry } from "./entry.ts";

interface Taken {
  readonly entry: Entry;
  readonly untilMs: number;
  readonly scope: Dedupe["scope"];
}

/** The deduplication keys of one queue. */
export class Keys {
  readonly #taken = new Map<string, Taken>();

  /** The frame that has the key; `undefined` when it is free. */
  holder(key: string, nowMs: number): Entry | undefined {
    for (const [other, taken] of this.#taken) if (isFree(taken, nowMs)) this.#taken.delete(other);
    return this.#taken.get(key)?.entry;
  }

  take(key: string, { windowMs, scope }: Dedupe, entry: Entry, nowMs: number): void {
    this.#taken.set(key, { entry, untilMs: nowMs + windowMs, scope });
  }
}

function isFree({ entry, untilMs, scope }: Taken, nowMs: number): boolean {
  return untilMs <= nowMs || (scope === "pending" && entry.endedMs !== undefined);
}
