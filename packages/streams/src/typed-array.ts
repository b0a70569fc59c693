import { types } from "node:util";

/** A typed array of numbers, or of bigints. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

type Constructor = new (buffer: SharedArrayBuffer, offset?: number, length?: number) => TypedArray;

/** Buffers are lists of bytes as well, but whoever hands one over means one thing. */
export function isTypedArray(value: unknown): value is TypedArray {
  return types.isTypedArray(value);
}

export function isShared(view: TypedArray): boolean {
  return view.buffer instanceof SharedArrayBuffer;
}

/** The elements in memory that threads share: the array itself when it is there already, else a copy. */
export function toShared(view: TypedArray): TypedArray {
  if (isShared(view)) return view;
  const copy = sharedLike(view, view.length);
  copy.set(view as never);
  return copy;
}

/** As many elements of the same type, all 0, in memory that threads share. */
export function sharedLike(view: TypedArray, length: number): TypedArray {
  const Typed = plainConstructorOf(view);
  return new Typed(new SharedArrayBuffer(length * view.BYTES_PER_ELEMENT));
}

/** A `Buffer` is made in another way than what it is. */
function plainConstructorOf(view: TypedArray): Constructor {
  return (view instanceof Uint8Array ? Uint8Array : view.constructor) as unknown as Constructor;
}

/** What an element of it is. */
export function elementTypeOf(view: TypedArray): "number" | "bigint" {
  return view instanceof BigInt64Array || view instanceof BigUint64Array ? "bigint" : "number";
}
