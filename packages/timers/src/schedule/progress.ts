import type { CacheStore } from "@job-orch/core";

/** Where a schedule remembers the last instant it dealt with, so that it knows after a restart what it missed: a `Map`, a Keyv, … */
export type ScheduleProgress = Pick<CacheStore, "get" | "set">;

const PREFIX = "job-orch-schedule:";

/** `undefined` when the schedule is new to the store. Units: epoch milliseconds. */
export async function loadProgress(store: ScheduleProgress | undefined, scheduleId: string): Promise<number | undefined> {
  const text = await store?.get(PREFIX + scheduleId);
  const ms = text === undefined || text === null || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(ms) ? ms : undefined;
}

export async function saveProgress(store: ScheduleProgress | undefined, scheduleId: string, plannedAtMs: number): Promise<void> {
  await store?.set(PREFIX + scheduleId, String(plannedAtMs));
}
