import { type CacheStore, StoreError } from "@job-orch/core";
import { SnapshotError } from "./errors.ts";
import { fromText, toText } from "./text.ts";

/** Where the states of one kind of actors rest: texts of the codec, under the actors' name and the key. */
export class Snapshots {
  readonly #name: string;
  readonly #store: CacheStore;

  constructor(name: string, store: CacheStore) {
    this.#name = name;
    this.#store = store;
  }

  /** Shape: `undefined` when there is none. Errors: `ERR_SNAPSHOT`. */
  async read(key: string): Promise<unknown> {
    try {
      const text = await this.#store.get(this.#place(key));
      return typeof text === "string" ? fromText(text) : undefined;
    } catch (error) {
      throw new SnapshotError(this.#name, key, "read", error);
    }
  }

  /** `undefined` is nothing to keep: what was kept is deleted. Errors: `ERR_SNAPSHOT`. */
  async write(key: string, snapshot: unknown): Promise<void> {
    try {
      if (snapshot === undefined) await this.#store.delete(this.#place(key));
      else if ((await this.#store.set(this.#place(key), toText(snapshot))) === false) {
        throw new StoreError("The store answered false"); // as Keyv does instead of throwing
      }
    } catch (error) {
      throw new SnapshotError(this.#name, key, "stored", error);
    }
  }

  #place(key: string): string {
    return `${this.#name}:${key}`;
  }
}
