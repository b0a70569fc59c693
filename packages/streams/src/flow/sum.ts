import type { StageFunction } from "../functions.ts";

/** What the chunks of a fold come to, one after the other. */
export class Sum {
  readonly #combine: StageFunction;
  #value: unknown;
  #empty = true;

  constructor(identity: unknown, combine: StageFunction) {
    // Functions may change what they are given, and the identity is the caller's.
    this.#value = typeof identity === "object" && identity !== null ? structuredClone(identity) : identity;
    this.#combine = combine;
  }

  get value(): unknown {
    return this.#value;
  }

  async add(partial: unknown): Promise<void> {
    this.#value = this.#empty ? partial : await this.#combine(this.#value, partial);
    this.#empty = false;
  }
}
