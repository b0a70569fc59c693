// Chunks are numbered, and the flag holds the number of the last one that is still wanted: a worker looks at it before each
// item. A find or a failure lowers it to its own chunk, giving up lowers it below all. The second place is the cursor of a sweep.

const LAST = 0;
const CURSOR = 1;
const ALL = 0x7fff_ffff;
const NONE = -1;

export function stopFlag(): Int32Array {
  const flag = new Int32Array(new SharedArrayBuffer(8));
  flag[LAST] = ALL;
  return flag;
}

/** No chunk behind this one is wanted any more. */
export function stopBehind(flag: Int32Array, seq: number): void {
  for (let last = Atomics.load(flag, LAST); seq < last; last = Atomics.load(flag, LAST)) {
    if (Atomics.compareExchange(flag, LAST, last, seq) === last) return;
  }
}

export function stopAll(flag: Int32Array): void {
  Atomics.store(flag, LAST, NONE);
}

export function isWanted(flag: Int32Array, seq: number): boolean {
  // Chunks beyond what the flag can tell apart end with everybody else.
  return Math.min(seq, ALL - 1) <= Atomics.load(flag, LAST);
}

/** The next range of a sweep; each is given once. */
export function nextRange(flag: Int32Array): number {
  return Atomics.add(flag, CURSOR, 1);
}

/** Begins a sweep anew, while nobody sweeps. */
export function resetCursor(flag: Int32Array): void {
  Atomics.store(flag, CURSOR, 0);
}
