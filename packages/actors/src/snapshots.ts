import { type Awaitable, type CacheStore, LeaseLostError, StoreError } from "@job-orch/core";
import { SnapshotError } from "./errors.ts";
import { fromText, toText } from "./text.ts";

/** Where snapshots rest. */
export interface SnapshotStore extends CacheStore {
  /**
   * Stores a text, or deletes it (`undefined`), only if what is there is still what was expected (`undefined`: nothing), in one
   * step; answers whether it was. A store that has this lets no host write over what another has written since it read. Without
   * it the last one to write wins.
   */
  readonly setIf?: (key: string, text: string | undefined, expected: string | undefined) => Awaitable<boolean>;
}

interface Kept {
  readonly snapshot: unknown;
  readonly text: string;
}

/** Where the states of one kind of actors rest: texts of the codec, under the actors' name and the key. */
export class Snapshots {
  readonly #name: string;
  readonly #store: SnapshotStore;

  constructor(name: string, store: SnapshotStore) {
    this.#name = name;
    this.#store = store;
  }

  /** Shape: `undefined` when there is none. Errors: `ERR_SNAPSHOT`. */
  async read(key: string): Promise<Kept | undefined> {
    try {
      const text = await this.#store.get(this.#place(key));
      return typeof text === "string" ? { snapshot: fromText(text), text } : undefined;
    } catch (error) {
      throw new SnapshotError(this.#name, key, "read", error);
    }
  }

  /**
   * `undefined` is nothing to keep: what was kept is deleted. `expected` is what was read or written last; what it answers is
   * that the next time. Errors: `ERR_SNAPSHOT`, because of `ERR_LEASE_LOST` when somebody else has written since.
   */
  async write(key: string, snapshot: unknown, expected: string | undefined): Promise<string | undefined> {
    const place = this.#place(key);
    try {
      const text = snapshot === undefined ? undefined : toText(snapshot);
      if (this.#store.setIf !== undefined) {
        if (!(await this.#store.setIf(place, text, expected))) throw new LeaseLostError("Another host has stored a state since");
        return text;
      }
      if (text === undefined) await this.#store.delete(place);
      // As Keyv does instead of throwing.
      else if ((await this.#store.set(place, text)) === false) throw new StoreError("The store answered false");
      return undefined; // nobody asks
    } catch (error) {
      throw new SnapshotError(this.#name, key, error instanceof LeaseLostError ? "outdated" : "stored", error);
    }
  }

  #place(key: string): string {
    return `${this.#name}:${key}`;
  }
}
