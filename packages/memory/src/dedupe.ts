import type { Dedupe } from "@job-orch/core";
import type { Entry } from "./entry.ts";
import type { Timed, Timers } from "./timers.ts";

/** A key that is taken until its window ends, or until its frame does. */
export class DedupeRecord implements Timed {
  readonly key: string;
  readonly scope: Dedupe["scope"];
  readonly stamp: number;
  readonly table: DedupeTable;
  dueMs: number;
  heapIndex = -1;
  /** The frame that took the key; `undefined` once it ended, so that its body is not kept for the key's sake. */
  entry: Entry | undefined;

  constructor(dedupe: Dedupe, entry: Entry, nowMs: number, table: DedupeTable) {
    this.key = dedupe.key;
    this.scope = dedupe.scope;
    this.stamp = entry.stamp;
    this.dueMs = nowMs + dedupe.windowMs;
    this.entry = entry;
    this.table = table;
  }

  /** The window is over. */
  fire(): void {
    this.table.free(this);
  }
}

/** The keys of one mailbox. Each leaves when its window ends: what is kept is bounded by what one window holds. */
export class DedupeTable {
  readonly #byKey = new Map<string, DedupeRecord>();
  readonly #expiries: Timers;

  constructor(expiries: Timers) {
    this.#expiries = expiries;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Who holds the key, if anyone does. */
  holder(key: string, nowMs: number): DedupeRecord | undefined {
    const record = this.#byKey.get(key);
    return record === undefined || record.dueMs > nowMs ? record : undefined; // its timer may be late
  }

  take(dedupe: Dedupe, entry: Entry, nowMs: number): void {
    const stale = this.#byKey.get(dedupe.key);
    if (stale !== undefined) this.free(stale);
    const record = new DedupeRecord(dedupe, entry, nowMs, this);
    entry.dedupe = record;
    this.#byKey.set(record.key, record);
    this.#expiries.add(record);
  }

  /** The frame that holds a key reached its end. */
  ended(record: DedupeRecord): void {
    if (record.entry !== undefined) record.entry.dedupe = undefined;
    record.entry = undefined;
    if (record.scope === "pending") this.free(record);
  }

  free(record: DedupeRecord): void {
    if (record.entry !== undefined) record.entry.dedupe = undefined;
    record.entry = undefined;
    this.#expiries.remove(record);
    if (this.#byKey.get(record.key) === record) this.#byKey.delete(record.key);
  }

  clear(): void {
    for (const record of this.#byKey.values()) this.#expiries.remove(record);
    this.#byKey.clear();
  }
}
