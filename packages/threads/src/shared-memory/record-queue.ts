import { OptionError } from "@job-orch/core";
import { whole } from "@job-orch/core/substrate";
import { allocate, at, copy, LINE, powerOfTwo, wordsOf } from "./layout.ts";
import { checkedTimeout, Parking, type WaitOptions } from "./parking.ts";

/** Words: the next place to push to, the next to pop from, and where poppers and pushers wait. */
const PUSH = LINE;
const POP = 2 * LINE;
const POP_PARKING = 3 * LINE;
const PUSH_PARKING = 4 * LINE;
const HEADER_WORDS = 5 * LINE;

/**
 * The memory of a queue of records that any number of threads push to and pop from.
 *
 * Range: `records` a power of two from 2 to 2²⁴, `recordBytes` from 1 to 65,536.
 */
export function recordQueue({ records, recordBytes }: { readonly records: number; readonly recordBytes: number }): SharedArrayBuffer {
  powerOfTwo("records", records, 2, 2 ** 24);
  whole("recordBytes", recordBytes, 1, 65_536);
  const shared = allocate("recordQueue", (HEADER_WORDS + records) * 4 + records * recordBytes, records, recordBytes);
  const sequences = new Int32Array(shared, HEADER_WORDS * 4, records);
  for (let index = 0; index < records; index++) sequences[index] = index;
  return shared;
}

/**
 * One thread's handle on a `recordQueue`. First in, first out for each thread that pushes; nothing is lost or popped twice.
 *
 * Every cell has a sequence number that says whose turn it is: a pusher's when it is the position, a popper's when it is one more. A thread that
 * is terminated between taking its turn and passing it on leaves a cell that never moves: see docs/guides/shared-memory.md.
 * Source: Dmitry Vyukov, bounded MPMC queue, https://www.1024cores.net/home/lock-free-algorithms/queues/bounded-mpmc-queue
 */
export class RecordQueue {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #mask: number;
  readonly recordBytes: number;
  readonly #poppers: Parking;
  readonly #pushers: Parking;

  /** Errors: `ERR_OPTION`, `ERR_SHARED_MEMORY` for memory that holds something else. */
  constructor(shared: SharedArrayBuffer) {
    this.#words = wordsOf("recordQueue", shared);
    const records = at(this.#words, 1);
    this.#mask = records - 1;
    this.recordBytes = at(this.#words, 2);
    this.#bytes = new Uint8Array(shared, (HEADER_WORDS + records) * 4);
    this.#poppers = new Parking(this.#words, POP_PARKING);
    this.#pushers = new Parking(this.#words, PUSH_PARKING);
  }

  /** How many records wait, as far as can be told while others push and pop. */
  get size(): number {
    const size = (Atomics.load(this.#words, PUSH) - Atomics.load(this.#words, POP)) | 0;
    return Math.min(Math.max(0, size), this.#mask + 1);
  }

  /** False when the queue is full. Errors: `ERR_OPTION` when the record has another length. */
  push(record: Uint8Array): boolean {
    if (record.length !== this.recordBytes) {
      throw new OptionError(`A record of ${record.length} bytes does not fit a queue of records of ${this.recordBytes}`);
    }
    const position = this.#takeTurn(PUSH, 0);
    if (position === undefined) return false;
    const cell = position & this.#mask;
    copy(this.#bytes, cell * this.recordBytes, record);
    Atomics.store(this.#words, HEADER_WORDS + cell, (position + 1) | 0);
    this.#poppers.notify(1);
    return true;
  }

  /** Copies the first record into `into`. False when the queue is empty. */
  pop(into: Uint8Array): boolean {
    const position = this.#takeTurn(POP, 1);
    if (position === undefined) return false;
    const cell = position & this.#mask;
    const start = cell * this.recordBytes;
    for (let index = 0; index < this.recordBytes; index++) into[index] = this.#bytes[start + index] as number;
    Atomics.store(this.#words, HEADER_WORDS + cell, (position + this.#mask + 1) | 0);
    this.#pushers.notify(1);
    return true;
  }

  /** Blocks this thread, its timers and its I/O, until it has popped a record. False when the time is over. */
  popSync(into: Uint8Array, timeoutMs?: number): boolean {
    return this.#poppers.waitSync(() => this.pop(into), checkedTimeout(timeoutMs));
  }

  /** Blocks this thread until the record is pushed. False when the time is over. */
  pushSync(record: Uint8Array, timeoutMs?: number): boolean {
    return this.#pushers.waitSync(() => this.push(record), checkedTimeout(timeoutMs));
  }

  /** Pops without blocking; keeps the process alive while it waits. Rejects with the signal's reason when it aborts. */
  popLater(into: Uint8Array, options: WaitOptions = {}): Promise<boolean> {
    return this.#poppers.wait(() => this.pop(into), { ...options, timeoutMs: checkedTimeout(options.timeoutMs) });
  }

  /** Pushes without blocking. */
  pushLater(record: Uint8Array, options: WaitOptions = {}): Promise<boolean> {
    return this.#pushers.wait(() => this.push(record), { ...options, timeoutMs: checkedTimeout(options.timeoutMs) });
  }

  /** A position of one's own, or `undefined` when the next cell is not ready for it. `ahead`: how far its sequence must be. */
  #takeTurn(counter: number, ahead: number): number | undefined {
    for (;;) {
      const position = Atomics.load(this.#words, counter);
      const lag = (Atomics.load(this.#words, HEADER_WORDS + (position & this.#mask)) - position - ahead) | 0;
      if (lag < 0) {
        // The counter may have moved while we looked at the cell: then it was the wrong cell.
        if (Atomics.load(this.#words, counter) === position) return undefined;
      } else if (lag === 0 && Atomics.compareExchange(this.#words, counter, position, (position + 1) | 0) === position) return position;
    }
  }
}
