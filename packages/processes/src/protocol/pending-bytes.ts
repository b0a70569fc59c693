import { Buffer } from "node:buffer";

/** More than this is not kept for the next frame. Units: bytes. */
const KEPT_CAPACITY = 64 * 1024;

/** The bytes of a frame that has not ended yet, in one piece of memory: a sender that sends byte by byte costs no more. */
export class PendingBytes {
  #memory = Buffer.allocUnsafe(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get first(): number | undefined {
    return this.#length === 0 ? undefined : this.#memory[0];
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.byteLength;
    if (length > this.#memory.byteLength) {
      const memory = Buffer.allocUnsafeSlow(Math.max(length, this.#memory.byteLength * 2, 256));
      this.#memory.copy(memory, 0, 0, this.#length);
      this.#memory = memory;
    }
    this.#memory.set(bytes, this.#length);
    this.#length = length;
  }

  /** What was kept and what comes after it, as one; nothing is kept then. It is valid until the next `append`. */
  takeWith(bytes: Buffer): Buffer {
    if (this.#length === 0) return bytes;
    this.append(bytes);
    const all = this.#memory.subarray(0, this.#length);
    this.clear();
    return all;
  }

  clear(): void {
    this.#length = 0;
    if (this.#memory.byteLength > KEPT_CAPACITY) this.#memory = Buffer.allocUnsafe(0);
  }
}
