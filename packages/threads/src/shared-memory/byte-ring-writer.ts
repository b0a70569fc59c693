import { OptionError } from "@job-orch/core";
import { room, WRAP } from "./byte-ring.ts";
import { at, copy, wordsOf } from "./layout.ts";
import { checkedTimeout, Parking, type WaitOptions } from "./parking.ts";
import { HEADER_BYTES, READ, READER_PARKING, WRITER_PARKING, WRITTEN } from "./ring-layout.ts";

/** The writing end of a `byteRing`; one at a time. */
export class ByteRingWriter {
  readonly #words: Int32Array;
  readonly #lengths: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #capacity: number;
  readonly #reader: Parking;
  readonly #own: Parking;
  /** Where the next message goes, and what the other side knows of. They count on and on, and wrap at 2³². */
  #write: number;
  #published: number;
  /** What the other side had read when we last looked. */
  #read: number;

  /** Errors: `ERR_OPTION`, `ERR_SHARED_MEMORY` for memory that holds something else. */
  constructor(shared: SharedArrayBuffer) {
    this.#words = wordsOf("byteRing", shared);
    this.#lengths = new Int32Array(shared, HEADER_BYTES);
    this.#bytes = new Uint8Array(shared, HEADER_BYTES);
    this.#capacity = at(this.#words, 1);
    this.#reader = new Parking(this.#words, READER_PARKING);
    this.#own = new Parking(this.#words, WRITER_PARKING);
    this.#write = this.#published = Atomics.load(this.#words, WRITTEN);
    this.#read = Atomics.load(this.#words, READ);
  }

  /** Units: bytes. */
  get maxMessageBytes(): number {
    return this.#capacity / 2 - 4;
  }

  /**
   * Puts a message into the ring; the reader sees it after `flush`. False when there is no room for it: everything before is flushed then.
   *
   * Errors: `ERR_OPTION` when it is over `maxMessageBytes`.
   */
  write(message: Uint8Array): boolean {
    const needed = room(message.length);
    if (needed > this.#capacity / 2) throw this.#tooLarge(message.length);
    const start = this.#write & (this.#capacity - 1);
    const tail = this.#capacity - start;
    const total = needed <= tail ? needed : tail + needed;
    if (!this.#fits(total)) {
      this.flush();
      return false;
    }
    let position = start;
    if (needed > tail) {
      this.#lengths[start >> 2] = WRAP;
      position = 0;
    }
    this.#lengths[position >> 2] = message.length;
    copy(this.#bytes, position + 4, message);
    this.#write = (this.#write + total) | 0;
    return true;
  }

  /** Shows the reader what was written, all of it at once, and wakes it when it waits. */
  flush(): void {
    if (this.#published === this.#write) return;
    this.#published = this.#write;
    Atomics.store(this.#words, WRITTEN, this.#write);
    this.#reader.notify(1);
  }

  /** Blocks this thread until a message of that length fits. Tells whether it does. */
  waitSync(length: number, timeoutMs?: number): boolean {
    this.flush();
    return this.#own.waitSync(() => this.#hasRoomFor(length), checkedTimeout(timeoutMs));
  }

  /** The same without blocking. */
  wait(length: number, options: WaitOptions = {}): Promise<boolean> {
    this.flush();
    return this.#own.wait(() => this.#hasRoomFor(length), { ...options, timeoutMs: checkedTimeout(options.timeoutMs) });
  }

  #hasRoomFor(length: number): boolean {
    const needed = room(length);
    if (needed > this.#capacity / 2) throw this.#tooLarge(length);
    const tail = this.#capacity - (this.#write & (this.#capacity - 1));
    return this.#fits(needed <= tail ? needed : tail + needed);
  }

  #fits(total: number): boolean {
    if (total <= this.#capacity - ((this.#write - this.#read) | 0)) return true;
    this.#read = Atomics.load(this.#words, READ);
    return total <= this.#capacity - ((this.#write - this.#read) | 0);
  }

  #tooLarge(length: number): OptionError {
    return new OptionError(
      `A message of ${length} bytes is over the ${this.maxMessageBytes} that this ring takes: make it larger, or send it by a port`,
    );
  }
}
