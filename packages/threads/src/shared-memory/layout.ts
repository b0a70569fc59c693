import { OptionError } from "@job-orch/core";
import { whole } from "@job-orch/core/substrate";
import { SharedMemoryError } from "./errors.ts";

/**
 * How many 32-bit words lie between two that different threads write, so that they do not share a cache line.
 * 64 bytes on x86-64 and most ARM; Apple's 128-byte lines pay a little.
 */
export const LINE = 16;

/** Word 0 of every structure, so that the wrong one is told apart: "jo" and its kind. */
const MAGIC = 0x6a6f_0000;
export const KINDS = { byteRing: 1, recordRing: 2, recordQueue: 3, bufferPool: 4 } as const;
export type Kind = keyof typeof KINDS;

/** Makes the memory of a structure: word 0 says which, words 1 and 2 are its measures. */
export function allocate(kind: Kind, bytes: number, first: number, second: number): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(bytes);
  new Int32Array(shared, 0, 3).set([MAGIC | KINDS[kind], first, second]);
  return shared;
}

/** The words of a structure. Errors: `ERR_OPTION` for what is no shared memory, `ERR_SHARED_MEMORY` for another's. */
export function wordsOf(kind: Kind, shared: SharedArrayBuffer): Int32Array {
  if (!(shared instanceof SharedArrayBuffer)) throw new OptionError(`A ${kind} takes the SharedArrayBuffer that was made for it`);
  if (shared.byteLength < LINE * 4 || new Int32Array(shared, 0, 1)[0] !== (MAGIC | KINDS[kind])) {
    throw new SharedMemoryError(`This shared memory does not hold a ${kind}`);
  }
  return new Int32Array(shared, 0, shared.byteLength >> 2);
}

/** A power of two: positions then wrap with a mask. Errors: `ERR_OPTION`. */
export function powerOfTwo(name: string, value: number, least: number, most: number): number {
  whole(name, value, least, most);
  if ((value & (value - 1)) === 0) return value;
  throw new OptionError(`"${name}" is ${value}; it takes a power of two from ${least} to ${most}`);
}

/** A word that is there by construction: typed arrays are read as maybe absent, which costs nothing here. */
export function at(words: Int32Array | Uint32Array, index: number): number {
  return words[index] as number;
}

/** Copies bytes. Below some 64 of them a loop is quicker than the call of `set`. */
export function copy(target: Uint8Array, offset: number, source: Uint8Array): void {
  if (source.length > 64) return target.set(source, offset);
  for (let index = 0; index < source.length; index++) target[offset + index] = source[index] as number;
}
