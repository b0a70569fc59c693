import type { Depth, FrameRecord, FrameState, Inspect, ListQuery } from "@job-orch/core";
import type { Entry } from "./entry.ts";
import type { ReferenceQueue } from "./queue.ts";
import type { ReferenceStore } from "./store.ts";

/** Looks into the work channels of a store. */
export function inspectOf(store: ReferenceStore): Inspect {
  const all = (channel: string): { readonly entry: Entry; readonly state: FrameState }[] => {
    const queue = store.workQueue(channel);
    queue.expire();
    return [...queue.ended, ...queue.entries]
      .sort((one, other) => one.serial - other.serial)
      .map((entry) => ({ entry, state: stateOf(entry, queue) }));
  };
  return {
    depth: async (channel) => depthOf(all(channel), store.workQueue(channel)),
    list: async (channel, query = {}) => {
      const matching = all(channel).filter(({ entry, state }) => matches(entry, state, query));
      const page = matching.slice(0, query.limit ?? 100);
      const last = page.at(-1);
      return {
        items: page.map(({ entry, state }) => recordOf(entry, state)),
        next: last === undefined || page.length === matching.length ? undefined : String(last.entry.serial),
      };
    },
    history: async (channel, id) => {
      const found = all(channel).find(({ entry }) => entry.frame.id === id);
      return found === undefined ? undefined : { record: recordOf(found.entry, found.state), attempts: [...found.entry.attempts] };
    },
  };
}

export function stateOf(entry: Entry, queue: ReferenceQueue): FrameState {
  if (entry.endedMs !== undefined) return entry.state;
  if (entry.holder !== undefined) return "in-flight";
  return entry.dueMs > queue.nowMs ? "delayed" : "ready";
}

function depthOf(all: readonly { readonly entry: Entry; readonly state: FrameState }[], queue: ReferenceQueue): Depth {
  const count = (state: FrameState): number => all.filter((one) => one.state === state).length;
  const oldest = all.find(({ state }) => state === "ready");
  return {
    ready: count("ready"),
    delayed: count("delayed"),
    inFlight: count("in-flight"),
    completed: count("completed"),
    cancelled: count("cancelled"),
    dead: count("dead"),
    oldestReadyMs: oldest === undefined ? 0 : queue.nowMs - Math.max(oldest.entry.acceptedMs, oldest.entry.dueMs),
    paused: queue.paused,
  };
}

function matches(entry: Entry, state: FrameState, query: ListQuery): boolean {
  if (query.state !== undefined && query.state !== state) return false;
  if (query.sinceMs !== undefined && entry.acceptedMs < query.sinceMs) return false;
  if (query.error !== undefined && query.error !== entry.error?.code && query.error !== entry.error?.name) return false;
  return query.after === undefined || entry.serial > Number(query.after);
}

function recordOf(entry: Entry, state: FrameState): FrameRecord {
  const { frame, attempt, acceptedMs, dueMs, endedMs, priority, orderKey, error } = entry;
  return {
    id: frame.id,
    state,
    attempt,
    acceptedMs,
    dueMs: dueMs === 0 ? undefined : dueMs,
    endedMs,
    priority,
    orderKey,
    headers: frame.headers ?? {},
    body: frame.body,
    error,
  };
}
