import { oneOf, whole } from "@job-orch/core/substrate";
import { PoolExhaustedError } from "./errors.ts";
import { FreeList } from "./free-list.ts";
import { allocate, at, LINE, wordsOf } from "./layout.ts";
import { checkedTimeout, Parking, type WaitOptions } from "./parking.ts";

const HEAD = LINE;
const PARKING = 2 * LINE;
const LINKS = 3 * LINE;

/** A buffer on loan. It may be sent to another thread, which then gives it back in the place of this one. */
export interface PooledBuffer {
  /** What was in it before is still in it. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** −1 for one that the pool made because all of its own were taken. */
  readonly slot: number;
  readonly ticket: number;
}

/** What becomes of who takes a buffer when all are taken. */
export interface BufferPoolOptions {
  /** `fail`: `ERR_POOL_EXHAUSTED`. `allocate`: a buffer that is not the pool's, for the garbage collector. Default `fail`. */
  readonly whenExhausted?: "fail" | "allocate";
}

/**
 * The memory of a pool of buffers that any number of threads take from and give back to.
 *
 * Range: `buffers` from 1 to 65,535; `bytes` each from 16,384, because for less a fresh buffer costs no more than the pool.
 */
export function bufferPool({ buffers, bytes }: { readonly buffers: number; readonly bytes: number }): SharedArrayBuffer {
  whole("buffers", buffers, 1, 65_535);
  whole("bytes", bytes, 16_384, 2 ** 30);
  whole("buffers × bytes", buffers * bytes, 1, 2 ** 32);
  const shared = allocate("bufferPool", firstByte(buffers) + buffers * roundUp(bytes), buffers, bytes);
  new FreeList(new Int32Array(shared, 0, firstByte(buffers) / 4), buffers, HEAD, LINKS).fill();
  return shared;
}

/** One thread's handle on a `bufferPool`. */
export class BufferPool {
  readonly #shared: SharedArrayBuffer;
  readonly #free: FreeList;
  readonly #takers: Parking;
  readonly #allocates: boolean;
  readonly buffers: number;
  readonly bytes: number;

  /** Errors: `ERR_OPTION`, `ERR_SHARED_MEMORY` for memory that holds something else. */
  constructor(shared: SharedArrayBuffer, { whenExhausted = "fail" }: BufferPoolOptions = {}) {
    const words = wordsOf("bufferPool", shared);
    this.#shared = shared;
    this.buffers = at(words, 1);
    this.bytes = at(words, 2);
    this.#free = new FreeList(words, this.buffers, HEAD, LINKS);
    this.#takers = new Parking(words, PARKING);
    this.#allocates = oneOf("whenExhausted", whenExhausted, ["fail", "allocate"]) === "allocate";
  }

  /** A buffer on loan. Errors: `ERR_POOL_EXHAUSTED` when all are taken and the pool was not told to allocate. */
  take(): PooledBuffer {
    const taken = this.#tryTake();
    if (taken !== undefined) return taken;
    if (this.#allocates) return { bytes: new Uint8Array(new SharedArrayBuffer(this.bytes)), slot: -1, ticket: 0 };
    throw new PoolExhaustedError(this.buffers, "");
  }

  /** Blocks this thread until one is given back, whatever the pool does when it is exhausted. Errors: `ERR_POOL_EXHAUSTED` in the end. */
  takeSync(timeoutMs?: number): PooledBuffer {
    let taken: PooledBuffer | undefined;
    this.#takers.waitSync(() => (taken = this.#tryTake()) !== undefined, checkedTimeout(timeoutMs));
    if (taken === undefined) throw new PoolExhaustedError(this.buffers, ` for ${timeoutMs} ms`);
    return taken;
  }

  /** The same without blocking; keeps the process alive while it waits. Rejects with the signal's reason when it aborts. */
  async takeLater(options: WaitOptions = {}): Promise<PooledBuffer> {
    let taken: PooledBuffer | undefined;
    const timeoutMs = checkedTimeout(options.timeoutMs);
    await this.#takers.wait(() => (taken = this.#tryTake()) !== undefined, { ...options, timeoutMs });
    if (taken === undefined) throw new PoolExhaustedError(this.buffers, ` for ${timeoutMs} ms`);
    return taken;
  }

  /** Gives a buffer back; whoever still uses it now writes into somebody else's. Errors: `ERR_NOT_HELD` when it was given back before. */
  give({ slot, ticket }: PooledBuffer): void {
    if (slot === -1) return;
    this.#free.give(slot, ticket);
    this.#takers.notify(1);
  }

  #tryTake(): PooledBuffer | undefined {
    const slot = this.#free.take();
    if (slot === -1) return undefined;
    const bytes = new Uint8Array(this.#shared, firstByte(this.buffers) + slot * roundUp(this.bytes), this.bytes);
    return { bytes, slot, ticket: this.#free.ticketOf(slot) };
  }
}

/** Where the buffers begin: on a line of their own, as each of them. */
function firstByte(buffers: number): number {
  return roundUp((LINKS + 2 * buffers) * 4);
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / (LINE * 4)) * LINE * 4;
}
