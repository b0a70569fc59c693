import { getEnvironmentData, threadId } from "node:worker_threads";

/** Where a thread finds its counts: every thread of this process is given what is set under it. */
export const RAN = "bench.ran";
/** One thread, one cache line: threads that count must not slow each other down. */
const CELLS_PER_THREAD = 16;
const MOST_THREADS = 64;

const cells = getEnvironmentData(RAN) as Int32Array | undefined;
const own = (threadId % MOST_THREADS) * CELLS_PER_THREAD;

/** Memory in which threads count what they ran. */
export function newCells(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(MOST_THREADS * CELLS_PER_THREAD * Int32Array.BYTES_PER_ELEMENT));
}

export interface Numbered {
  readonly i: number;
}

export interface Spin extends Numbered {
  /** How much to compute: about 600,000 make a millisecond. */
  readonly turns: number;
}

function note(): void {
  if (cells !== undefined) cells[own] = (cells[own] as number) + 1;
}

/** Does nothing. */
export function noOp({ i }: Numbered): number {
  note();
  return i;
}

/** Gives back what it is given. */
export function echo(value: unknown): unknown {
  note();
  return value;
}

/** Computes, and waits for nothing: the same work everywhere, however busy the machine is. */
export function spin({ i, turns }: Spin): number {
  note();
  let state = 1;
  for (let turn = 0; turn < turns; turn++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  return state === 0 ? -1 : i; // never 0, which the optimiser does not know
}

/** Writes into a buffer and gives it back. */
export function stamp(bytes: Uint8Array): Uint8Array {
  note();
  bytes[0] = ((bytes[0] as number) + 1) & 0xff;
  return bytes;
}
