import type { Transferable } from "node:worker_threads";

/** A value that moves instead of being copied. */
export class Transferred<out Value> {
  readonly value: Value;
  readonly list: readonly Transferable[];

  constructor(value: Value, list: readonly Transferable[]) {
    this.value = value;
    this.list = list;
  }
}

/** The value itself, which is what schemas and caches are about. */
export function bare(value: unknown): unknown {
  return value instanceof Transferred ? value.value : value;
}

/**
 * Hands buffers and ports over to the other thread instead of copying them; the giver cannot use them any more. Works for
 * requests and for what a job returns. Where a wire has to copy (processes), it is copied.
 *
 * Shape: `list` names what moves; without it the value itself moves, or the buffer it is a view of.
 *
 * @example
 * const pixels = await resize.call(transfer(new Uint8Array(1_000_000)));
 */
export function transfer<Value>(value: Value, list?: readonly Transferable[]): Value {
  // Who is given it sees the value itself; only the pool sees the wrapping.
  return new Transferred(value, list ?? listOf(value)) as unknown as Value;
}

function listOf(value: unknown): readonly Transferable[] {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  return value instanceof SharedArrayBuffer ? [] : [value as Transferable];
}
