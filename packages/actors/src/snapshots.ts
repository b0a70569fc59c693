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

/** What a store that compares is known to have of a key. */
export interface Stored {
  text: string | undefined;
  /** Written without hearing whether it arrived: it may be there instead. */
  unsure: { readonly text: string | undefined } | undefined;
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
      const text = await this.#textAt(this.#place(key));
      return text === undefined ? undefined : { snapshot: fromText(text), text };
    } catch (error) {
      throw new SnapshotError(this.#name, key, "read", error);
    }
  }

  /** What `write` is to know of a key whose text was read; `undefined` when the store cannot compare. */
  stored(text: string | undefined): Stored | undefined {
    return this.#store.setIf === undefined ? undefined : { text, unsure: undefined };
  }

  /**
   * `undefined` is nothing to keep: what was kept is deleted. `stored` is kept up to date. Errors: `ERR_SNAPSHOT`, because of `ERR_LEASE_LOST` when somebody else has written since.
   */
  async write(key: string, snapshot: unknown, stored: Stored | undefined): Promise<void> {
    const place = this.#place(key);
    try {
      const text = snapshot === undefined ? undefined : toText(snapshot);
      if (stored !== undefined) await this.#writeIf(place, text, stored);
      else if (text === undefined) await this.#store.delete(place);
      // As Keyv does instead of throwing.
      else if ((await this.#store.set(place, text)) === false) throw new StoreError("The store answered false");
    } catch (error) {
      throw new SnapshotError(this.#name, key, error instanceof LeaseLostError ? "outdated" : "stored", error);
    }
  }

  /** That the store has another text than expected may also be because an earlier write arrived and its answer did not. */
  async #writeIf(place: string, text: string | undefined, stored: Stored): Promise<void> {
    const { unsure } = stored;
    if (unsure !== undefined && (await this.#textAt(place)) === unsure.text) stored.text = unsure.text;
    stored.unsure = { text };
    const isStored = await this.#store.setIf?.(place, text, stored.text);
    if (isStored !== true && (await this.#textAt(place)) !== text) throw new LeaseLostError("Another host has stored a state since");
    stored.text = text;
    stored.unsure = undefined;
  }

  async #textAt(place: string): Promise<string | undefined> {
    const text = await this.#store.get(place);
    return typeof text === "string" ? text : undefined;
  }

  #place(key: string): string {
    return `${this.#name}:${key}`;
  }
}
