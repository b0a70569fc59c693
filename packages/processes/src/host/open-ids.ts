/** Units: ids; grown when more are needed. */
const FIRST_SIZE = 64;
const NONE = 0;
const NEVER = 0;
const OPEN = 1;
const BEGUN = 2;
const ANSWERED = 3;

/**
 * The ids that a worker was sent and has not answered, in the order they were sent: a list threaded through two arrays, because
 * it is walked and altered for every request. Ids are small whole numbers from 1.
 */
export class OpenIds {
  #next = new Int32Array(FIRST_SIZE);
  #previous = new Int32Array(FIRST_SIZE);
  /** By id: 0 it was never sent, 1 it is open, 2 it was begun, 3 it was answered. */
  #state = new Uint8Array(FIRST_SIZE);
  #last = NONE;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    const state = this.#state[id] ?? NEVER;
    return state === OPEN || state === BEGUN;
  }

  /** Whether it was sent, now or before. */
  knows(id: number): boolean {
    return (this.#state[id] ?? NEVER) !== NEVER;
  }

  add(id: number): void {
    if (id >= this.#state.length) this.#grow(id);
    this.#state[id] = OPEN;
    this.#previous[id] = this.#last;
    this.#next[id] = NONE;
    if (this.#last !== NONE) this.#next[this.#last] = id;
    this.#last = id;
    this.#size++;
  }

  /** False when it was not open. */
  delete(id: number): boolean {
    if (!this.has(id)) return false;
    this.#state[id] = ANSWERED;
    const next = this.#next[id] as number;
    const previous = this.#previous[id] as number;
    if (previous !== NONE) this.#next[previous] = next;
    if (next === NONE) this.#last = previous;
    else this.#previous[next] = previous;
    this.#size--;
    return true;
  }

  /** Notes that this one was begun, and with it as many in all of those sent after it; adds them to `begun`. */
  begin(id: number, count: number, begun: number[]): void {
    if (!this.has(id)) return;
    let left = count;
    for (let at = id; at !== NONE && left > 0; at = this.#next[at] as number) {
      if (this.#state[at] === BEGUN) continue;
      this.#state[at] = BEGUN;
      begun.push(at);
      left--;
    }
  }

  /** Those that were not begun, the last first. */
  unbegun(): readonly number[] {
    const ids: number[] = [];
    for (let at = this.#last; at !== NONE; at = this.#previous[at] as number) if (this.#state[at] === OPEN) ids.push(at);
    return ids;
  }

  /** It was not begun after all; false when it is not open. */
  unbegin(id: number): boolean {
    if (!this.has(id)) return false;
    this.#state[id] = OPEN;
    return true;
  }

  #grow(id: number): void {
    const size = Math.max(id + 1, this.#state.length * 2);
    this.#next = enlarged(this.#next, new Int32Array(size));
    this.#previous = enlarged(this.#previous, new Int32Array(size));
    this.#state = enlarged(this.#state, new Uint8Array(size));
  }
}

function enlarged<Numbers extends Int32Array | Uint8Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
