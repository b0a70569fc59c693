/**
 * Where a cache keeps its texts: a `Map`, a Keyv over any store, or whatever has these three. Answers now or later.
 *
 * Source: https://keyv.org
 */
export interface CacheStore {
  readonly get: (key: string) => unknown;
  /** Units: `ttlMs` is milliseconds; a store that ignores it is fine, entries know their own age. */
  readonly set: (key: string, text: string, ttlMs?: number) => unknown;
  readonly delete: (key: string) => unknown;
}
