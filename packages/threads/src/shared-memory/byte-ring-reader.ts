import { room, WRAP } from "./byte-ring.ts";
import { SharedMemoryError } from "./errors.ts";
import { at, wordsOf } from "./layout.ts";
import { checkedTimeout, Parking, type WaitOptions } from "./parking.ts";
import { HEADER_BYTES, READ, READER_PARKING, WRITER_PARKING, WRITTEN } from "./ring-layout.ts";

/** The reading end of a `byteRing`; one at a time. */
export class ByteRingReader {
  readonly #words: Int32Array;
  readonly #lengths: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #capacity: number;
  readonly #writer: Parking;
  readonly #own: Parking;
  #read: number;
  #published: number;
  /** How far the other side had written when we last looked. */
  #written: number;

  /** Errors: `ERR_OPTION`, `ERR_SHARED_MEMORY` for memory that holds something else. */
  constructor(shared: SharedArrayBuffer) {
    this.#words = wordsOf("byteRing", shared);
    this.#lengths = new Int32Array(shared, HEADER_BYTES);
    this.#bytes = new Uint8Array(shared, HEADER_BYTES);
    this.#capacity = at(this.#words, 1);
    this.#own = new Parking(this.#words, READER_PARKING);
    this.#writer = new Parking(this.#words, WRITER_PARKING);
    this.#read = this.#published = Atomics.load(this.#words, READ);
    this.#written = Atomics.load(this.#words, WRITTEN);
  }

  /** The next message, as a copy of one's own; `undefined` when there is none. Errors: `ERR_SHARED_MEMORY` when the ring is damaged. */
  read(): Uint8Array | undefined {
    const length = this.#next();
    if (length === -1) return undefined;
    const start = (this.#read & (this.#capacity - 1)) + 4;
    const message = new Uint8Array(length);
    if (length > 64) message.set(this.#bytes.subarray(start, start + length));
    else for (let index = 0; index < length; index++) message[index] = this.#bytes[start + index] as number;
    this.#pass(length);
    return message;
  }

  /**
   * Hands over up to `max` messages without copying them: each is a view of the ring that holds until `each` returns. Returns how many.
   * When `each` throws, the message it was given counts as read.
   */
  drain(each: (message: Uint8Array) => void, max: number = Number.POSITIVE_INFINITY): number {
    let count = 0;
    for (; count < max; count++) {
      const length = this.#next();
      if (length === -1) break;
      const start = (this.#read & (this.#capacity - 1)) + 4;
      try {
        each(this.#bytes.subarray(start, start + length));
      } finally {
        this.#pass(length);
      }
    }
    this.#publish();
    return count;
  }

  /** Blocks this thread, its timers and its I/O, until there is something to read. Tells whether there is. */
  waitSync(timeoutMs?: number): boolean {
    this.#publish();
    return this.#own.waitSync(() => this.#hasNext(), checkedTimeout(timeoutMs));
  }

  /** The same without blocking; keeps the process alive while it waits. Rejects with the signal's reason when it aborts. */
  wait(options: WaitOptions = {}): Promise<boolean> {
    this.#publish();
    return this.#own.wait(() => this.#hasNext(), { ...options, timeoutMs: checkedTimeout(options.timeoutMs) });
  }

  #hasNext(): boolean {
    if (this.#read !== this.#written) return true;
    this.#written = Atomics.load(this.#words, WRITTEN);
    return this.#read !== this.#written;
  }

  /** The length of the next message, past the unused rest of the ring; −1 when there is none. */
  #next(): number {
    if (!this.#hasNext()) return -1;
    let start = this.#read & (this.#capacity - 1);
    let length = at(this.#lengths, start >> 2);
    if (length === WRAP) {
      this.#read = (this.#read + this.#capacity - start) | 0;
      start = 0;
      length = at(this.#lengths, 0);
    }
    const unread = (this.#written - this.#read) | 0;
    if (length < 0 || room(length) > unread || start + room(length) > this.#capacity) throw damaged(length, unread);
    return length;
  }

  /** Gives the room of messages back at the end of a batch, or in large pieces: the line that the writer looks at moves seldom. */
  #pass(length: number): void {
    this.#read = (this.#read + room(length)) | 0;
    if (this.#read === this.#written || ((this.#read - this.#published) | 0) > this.#capacity >> 3) this.#publish();
  }

  #publish(): void {
    if (this.#published === this.#read) return;
    this.#published = this.#read;
    Atomics.store(this.#words, READ, this.#read);
    this.#writer.notify(1);
  }
}

function damaged(length: number, unread: number): SharedMemoryError {
  return new SharedMemoryError(
    `The ring is damaged: a message of ${length} bytes where ${unread} are unread. Two writers, two readers, or something that wrote over it`,
  );
}
