/** Something that waits for room in a channel. */
export interface Waiter {
  /** True when it is done with this channel: it got what it needs, gave up, or waits elsewhere. */
  readonly attempt: () => boolean;
  readonly fail: (error: Error) => void;
}

/** Who waits for room in one channel: first come, first served, so that nothing small overtakes something large for ever. */
export class Waiters {
  #queue: Waiter[] = [];
  #first = 0;
  #flushing = false;

  get size(): number {
    return this.#queue.length - this.#first;
  }

  add(waiter: Waiter): void {
    this.#queue.push(waiter);
  }

  remove(waiter: Waiter): void {
    const index = this.#queue.indexOf(waiter, this.#first);
    if (index < 0) return;
    this.#queue.splice(index, 1);
    this.flush(); // those behind it may fit
  }

  /** There is room: lets them try. */
  flush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    while (this.#queue[this.#first]?.attempt() === true) {
      this.#first++;
      if (this.#first * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#first);
        this.#first = 0;
      }
    }
    this.#flushing = false;
  }

  failAll(error: Error): void {
    const queue = this.#queue.slice(this.#first);
    this.#queue = [];
    this.#first = 0;
    for (const waiter of queue) waiter.fail(error);
  }
}
