import { OptionError } from "@job-orch/core";
import { whole } from "@job-orch/core/substrate";
import { allocate, at, copy, powerOfTwo, wordsOf } from "./layout.ts";
import { checkedTimeout, Parking, type WaitOptions } from "./parking.ts";
import { HEADER_BYTES, READ, READER_PARKING, WRITER_PARKING, WRITTEN } from "./ring-layout.ts";

/**
 * The memory of a ring of records of one length, from one thread to one other: ticks, samples, telemetry.
 *
 * Range: `records` a power of two from 2 to 2²⁴, `recordBytes` from 1 to 65,536.
 */
export function recordRing({ records, recordBytes }: { readonly records: number; readonly recordBytes: number }): SharedArrayBuffer {
  powerOfTwo("records", records, 2, 2 ** 24);
  whole("recordBytes", recordBytes, 1, 65_536);
  return allocate("recordRing", HEADER_BYTES + records * recordBytes, records, recordBytes);
}

/** The writing end of a `recordRing`; one at a time. */
export class RecordRingWriter {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #mask: number;
  readonly recordBytes: number;
  readonly #reader: Parking;
  readonly #own: Parking;
  #write: number;
  #published: number;
  #read: number;

  /** Errors: `ERR_OPTION`, `ERR_SHARED_MEMORY` for memory that holds something else. */
  constructor(shared: SharedArrayBuffer) {
    this.#words = wordsOf("recordRing", shared);
    this.#bytes = new Uint8Array(shared, HEADER_BYTES);
    this.#mask = at(this.#words, 1) - 1;
    this.recordBytes = at(this.#words, 2);
    this.#reader = new Parking(this.#words, READER_PARKING);
    this.#own = new Parking(this.#words, WRITER_PARKING);
    this.#write = this.#published = Atomics.load(this.#words, WRITTEN);
    this.#read = Atomics.load(this.#words, READ);
  }

  /** Puts a record into the ring; the reader sees it after `flush`. False when the ring is full: everything before is flushed then. */
  write(record: Uint8Array): boolean {
    if (record.length !== this.recordBytes) {
      throw new OptionError(`A record of ${record.length} bytes does not fit a ring of records of ${this.recordBytes}`);
    }
    if (!this.#hasRoom()) {
      this.flush();
      return false;
    }
    copy(this.#bytes, (this.#write & this.#mask) * this.recordBytes, record);
    this.#write = (this.#write + 1) | 0;
    return true;
  }

  /** Shows the reader what was written, all of it at once, and wakes it when it waits. */
  flush(): void {
    if (this.#published === this.#write) return;
    this.#published = this.#write;
    Atomics.store(this.#words, WRITTEN, this.#write);
    this.#reader.notify(1);
  }

  /** Blocks this thread until there is room. Tells whether there is. */
  waitSync(timeoutMs?: number): boolean {
    this.flush();
    return this.#own.waitSync(() => this.#hasRoom(), checkedTimeout(timeoutMs));
  }

  /** The same without blocking. */
  wait(options: WaitOptions = {}): Promise<boolean> {
    this.flush();
    return this.#own.wait(() => this.#hasRoom(), { ...options, timeoutMs: checkedTimeout(options.timeoutMs) });
  }

  #hasRoom(): boolean {
    if (((this.#write - this.#read) | 0) <= this.#mask) return true;
    this.#read = Atomics.load(this.#words, READ);
    return ((this.#write - this.#read) | 0) <= this.#mask;
  }
}

/** The reading end of a `recordRing`; one at a time. */
export class RecordRingReader {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #mask: number;
  readonly recordBytes: number;
  readonly #writer: Parking;
  readonly #own: Parking;
  #read: number;
  #published: number;
  #written: number;

  /** Errors: `ERR_OPTION`, `ERR_SHARED_MEMORY` for memory that holds something else. */
  constructor(shared: SharedArrayBuffer) {
    this.#words = wordsOf("recordRing", shared);
    this.#bytes = new Uint8Array(shared, HEADER_BYTES);
    this.#mask = at(this.#words, 1) - 1;
    this.recordBytes = at(this.#words, 2);
    this.#own = new Parking(this.#words, READER_PARKING);
    this.#writer = new Parking(this.#words, WRITER_PARKING);
    this.#read = this.#published = Atomics.load(this.#words, READ);
    this.#written = Atomics.load(this.#words, WRITTEN);
  }

  /** Copies the next record into `into`. False when there is none. */
  read(into: Uint8Array): boolean {
    if (!this.#hasNext()) return false;
    const start = (this.#read & this.#mask) * this.recordBytes;
    for (let index = 0; index < this.recordBytes; index++) into[index] = this.#bytes[start + index] as number;
    this.#read = (this.#read + 1) | 0;
    if (this.#read === this.#written || ((this.#read - this.#published) | 0) > this.#mask >> 3) this.#publish();
    return true;
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

  #publish(): void {
    if (this.#published === this.#read) return;
    this.#published = this.#read;
    Atomics.store(this.#words, READ, this.#read);
    this.#writer.notify(1);
  }
}
