import type { Items } from "../work/pack.ts";
import type { Source } from "./source.ts";

/** An iterable: no item is asked for before a chunk wants it. */
export class SyncSource implements Source {
  readonly #iterator: Iterator<unknown>;
  /** A list that is its own source; it may still grow. */
  readonly #list: readonly unknown[] | undefined;
  #taken = 0;
  #ended = false;
  #failure: readonly [unknown] | undefined;

  constructor(iterator: Iterator<unknown>, list: readonly unknown[] | undefined) {
    this.#iterator = iterator;
    this.#list = list;
  }

  get left(): number | undefined {
    return this.#list === undefined ? undefined : Math.max(0, this.#list.length - this.#taken);
  }

  readonly take = (most: number): Items | undefined => {
    if (this.#failure !== undefined) throw this.#failure[0];
    if (this.#ended) return undefined;
    const values: unknown[] = [];
    try {
      while (values.length < most) {
        const next = this.#iterator.next();
        if (next.done === true) {
          this.#ended = true;
          break;
        }
        values.push(next.value);
      }
    } catch (error) {
      this.#ended = true;
      if (values.length === 0) throw error;
      this.#failure = [error]; // behind what came before it
    }
    this.#taken += values.length;
    return values.length === 0 ? undefined : { values, start: 0, end: values.length };
  };

  readonly close = async (): Promise<void> => {
    if (this.#ended) return;
    this.#ended = true;
    this.#iterator.return?.();
  };
}
