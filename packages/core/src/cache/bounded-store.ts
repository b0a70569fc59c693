import type { CacheStore } from "./cache-store.ts";

const MOST_ENTRIES = 10_000;
const MOST_CHARS = 64 * 1024 * 1024;

/** One view per map: jobs that share a map share its bounds. */
const views = new WeakMap<object, CacheStore>();

/** A store as it is, except that a `Map` gets bounds: 10,000 entries and 64 Mi characters, the oldest go first. */
export function boundedStore(store: CacheStore): CacheStore {
  if (!(store instanceof Map)) return store;
  const map = store as Map<string, unknown>;
  const view = views.get(map) ?? boundMap(map);
  views.set(map, view);
  return view;
}

function boundMap(map: Map<string, unknown>): CacheStore {
  let chars = 0;
  return {
    get: (key) => map.get(key),
    delete: (key) => map.delete(key),
    set: (key, text) => {
      map.delete(key); // written anew, it is the youngest
      map.set(key, text);
      chars += sizeOf(key, text);
      if (map.size <= MOST_ENTRIES && chars <= MOST_CHARS) return;
      chars = shrink(map);
    },
  };
}

/** Counts anew, because its owner may have deleted some, and drops a tenth more than needed, so that it need not count often. */
function shrink(map: Map<string, unknown>): number {
  let chars = 0;
  for (const [key, text] of map) chars += sizeOf(key, text);
  if (map.size <= MOST_ENTRIES && chars <= MOST_CHARS) return chars;
  for (const [key, text] of map) {
    if (map.size <= MOST_ENTRIES * 0.9 && chars <= MOST_CHARS * 0.9) break;
    map.delete(key);
    chars -= sizeOf(key, text);
  }
  return chars;
}

function sizeOf(key: string, text: unknown): number {
  return key.length + (typeof text === "string" ? text.length : 0);
}
