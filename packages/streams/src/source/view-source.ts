import type { TypedArray } from "../typed-array.ts";
import type { Items } from "../work/pack.ts";
import type { Source } from "./source.ts";

/** A typed array: chunks are ranges of it, no element moves. */
export class ViewSource implements Source {
  readonly #view: TypedArray;
  #taken = 0;

  constructor(view: TypedArray) {
    this.#view = view;
  }

  get left(): number {
    return this.#view.length - this.#taken;
  }

  readonly take = (most: number): Items | undefined => {
    const start = this.#taken;
    this.#taken = Math.min(start + most, this.#view.length);
    return start === this.#taken ? undefined : { values: this.#view, start, end: this.#taken };
  };

  readonly close = async (): Promise<void> => undefined;
}
