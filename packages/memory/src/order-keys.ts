import type { Entry } from "./entry.ts";

interface Line {
  /** The one that is ready, delayed or on loan; all others wait behind it. */
  head: Entry;
  tail: Entry;
}

/** Frames with an equal order key in line: one at a time, in the order they were sent. */
export class OrderKeys {
  /** Only keys with a frame that has not ended. */
  readonly #lines = new Map<string, Line>();
  /** How many wait behind the head of their line. */
  followers = 0;

  /** Puts it at the end of its line. True when the line was empty: it may go ahead. */
  join(key: string, entry: Entry): boolean {
    const line = this.#lines.get(key);
    if (line === undefined) {
      this.#lines.set(key, { head: entry, tail: entry });
      return true;
    }
    entry.before = line.tail;
    line.tail.behind = entry;
    line.tail = entry;
    this.followers++;
    return false;
  }

  /** Takes it out. Returns who may go ahead now, if that changed. */
  leave(key: string, entry: Entry): Entry | undefined {
    const line = this.#lines.get(key);
    if (line === undefined) return undefined;
    const { before, behind } = entry;
    entry.before = undefined;
    entry.behind = undefined;
    if (behind !== undefined) behind.before = before;
    if (before !== undefined) {
      before.behind = behind;
      if (behind === undefined) line.tail = before;
      this.followers--;
      return undefined;
    }
    if (line.head !== entry) return undefined;
    if (behind === undefined) {
      this.#lines.delete(key);
      return undefined;
    }
    line.head = behind;
    this.followers--;
    return behind;
  }

  /** Visits everyone who waits behind a head. */
  eachFollower(visit: (entry: Entry) => void): void {
    for (const { head } of this.#lines.values()) {
      let entry = head.behind;
      while (entry !== undefined) {
        const { behind } = entry; // the visitor may take it out
        visit(entry);
        entry = behind;
      }
    }
  }
}
