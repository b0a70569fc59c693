import { allocate, powerOfTwo } from "./layout.ts";
import { HEADER_BYTES } from "./ring-layout.ts";

/**
 * The memory of a ring of messages of any length, from one thread to one other. Hand it to both, and make a `ByteRingWriter` in the one
 * and a `ByteRingReader` in the other.
 *
 * Units: `bytes` of room; a message takes its own, rounded up to 4, and 4 more.
 * Range: a power of two from 64 to 2³⁰. A message may take half of it.
 */
export function byteRing(bytes: number): SharedArrayBuffer {
  powerOfTwo("bytes", bytes, 64, 2 ** 30);
  return allocate("byteRing", HEADER_BYTES + bytes, bytes, 0);
}

/** In the place of a length: the rest of the ring is not used, go on at its beginning. */
export const WRAP = -1;

/** What a message takes: its length and itself, on a multiple of 4. */
export function room(length: number): number {
  return 4 + ((length + 3) & ~3);
}
