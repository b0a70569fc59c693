import type { Control } from "@job-orch/core";
import type { Entry } from "./entry.ts";
import { stateOf } from "./inspect.ts";
import type { ReferenceQueue } from "./queue.ts";
import type { ReferenceStore } from "./store.ts";

/** Acts on the work channels of a store. */
export function controlOf(store: ReferenceStore): Control {
  return {
    redrive: async (channel, query = {}) => {
      const queue = store.workQueue(channel);
      const dead = queue.ended.filter((entry) => entry.state === "dead" && wanted(entry, query.ids)).slice(0, query.limit);
      for (const entry of dead) revive(entry, queue);
      queue.changes.tell();
      return dead.length;
    },
    remove: async (channel, query) => {
      const queue = store.workQueue(channel);
      const goes = (entry: Entry): boolean => {
        const state = stateOf(entry, queue);
        return state !== "in-flight" && wanted(entry, query.ids) && (query.state === undefined || query.state === state);
      };
      const before = queue.entries.length + queue.ended.length;
      queue.entries = queue.entries.filter((entry) => !goes(entry));
      queue.ended.splice(0, queue.ended.length, ...queue.ended.filter((entry) => !goes(entry)));
      queue.changes.tell();
      return before - queue.entries.length - queue.ended.length;
    },
    pause: async (channel, paused) => {
      const queue = store.workQueue(channel);
      queue.paused = paused;
      queue.changes.tell();
    },
    cancel: async (channel, id) => {
      const queue = store.workQueue(channel);
      const entry = queue.entries.find(({ frame }) => frame.id === id);
      if (entry === undefined) return "unknown";
      if (entry.holder !== undefined) return "in-flight";
      queue.end(entry, "cancelled");
      queue.changes.tell();
      return "cancelled";
    },
  };
}

function wanted(entry: Entry, ids: readonly string[] | undefined): boolean {
  return ids === undefined || ids.includes(entry.frame.id);
}

function revive(entry: Entry, queue: ReferenceQueue): void {
  queue.ended.splice(queue.ended.indexOf(entry), 1);
  entry.state = "ready";
  entry.endedMs = undefined;
  entry.attempt = 0;
  entry.dueMs = 0;
  queue.entries.push(entry);
}
