import type { Inspect } from "@job-orch/core";
import { CHANNELS, type StageName } from "./pipeline.ts";

/** How many requests each stage has yet to finish, all processes together. */
export type Backlog = Readonly<Record<StageName, number>>;

export const NO_BACKLOG: Backlog = { walk: 0, read: 0, tokenise: 0, index: 0 };

/**
 * Looks into the store. In the order of flow: what moves on while we look is seen at its old place or at its new one, so
 * that nothing anywhere means that all is done.
 */
export async function takeBacklog(store: Inspect): Promise<Backlog> {
  const backlog = { ...NO_BACKLOG } as Record<StageName, number>;
  for (const { stage, channel } of CHANNELS) {
    const { ready, delayed, inFlight } = await store.depth(channel);
    backlog[stage] += ready + delayed + inFlight;
  }
  return backlog;
}

export function isEmpty({ walk, read, tokenise, index }: Backlog): boolean {
  return walk + read + tokenise + index === 0;
}
