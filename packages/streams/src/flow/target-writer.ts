import { elementTypeOf, type TypedArray } from "../typed-array.ts";
import { notAnElement } from "../worker/chunk-run.ts";
import { targetTooShort } from "./target-too-short.ts";

/** Fills a typed array from its beginning. */
export class TargetWriter {
  readonly #target: TypedArray;
  readonly #type: "number" | "bigint";
  #written = 0;

  constructor(target: TypedArray) {
    this.#target = target;
    this.#type = elementTypeOf(target);
  }

  /** What is not filled yet. */
  get rest(): TypedArray {
    return this.#target.subarray(this.#written);
  }

  get filled(): TypedArray {
    return this.#target.subarray(0, this.#written);
  }

  /** Errors: `ERR_OPTION` when they do not fit. */
  write(items: readonly unknown[]): void {
    const room = this.#target.length - this.#written;
    if (items.length > room) throw targetTooShort(room);
    for (const item of items) {
      if (typeof item !== this.#type) throw notAnElement(item, this.#type);
      this.#target[this.#written++] = item as never;
    }
  }

  /** Somebody else wrote so many. */
  skip(written: number): void {
    this.#written += written;
  }
}
