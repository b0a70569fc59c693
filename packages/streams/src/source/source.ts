import type { Items } from "../work/pack.ts";

/** Where items come from, chunk by chunk. Asked for one chunk at a time. */
export interface Source {
  /** How many items are left, where that is known. */
  readonly left: number | undefined;
  /**
   * At most so many items, `undefined` at the end. A source that is slow hands over fewer when `isHungry` says that somebody
   * waits for them.
   *
   * Errors: what the source throws, after what came before it.
   */
  readonly take: (most: number, isHungry: () => boolean) => Promise<Items | undefined> | Items | undefined;
  /** Tells the source that no more is wanted. Errors: what its `return` throws. */
  readonly close: () => Promise<void>;
}

/** What `parallel` takes items from. */
export type SourceOf<Item> = Iterable<Item> | AsyncIterable<Item>;
