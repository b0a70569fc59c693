import { NotHeldError } from "./errors.ts";
import { at } from "./layout.ts";

/**
 * Which of a number of slots are free, for any number of threads: a stack of indexes, linked in shared memory (Treiber's).
 *
 * The head is one word: the index of the first free slot, and above it a tag that grows with every change, so that a head that is the same
 * again (A-B-A) is told from one that never changed. Indexes take only the bits they need: 64 slots leave 25 bits for the tag. A thread would
 * have to sleep, in the middle of taking a slot, through exactly a multiple of 2²⁵ changes to be fooled.
 *
 * Source: R. K. Treiber, Systems Programming: Coping with Parallelism, IBM RJ 5118, 1986.
 */
export class FreeList {
  readonly #words: Int32Array;
  readonly #head: number;
  /** `next[slot]`: the slot below it, plus one; 0: none. */
  readonly #next: number;
  /** `ticket[slot]`: odd while it is taken; grows with every taking and giving. */
  readonly #tickets: number;
  readonly #slots: number;
  readonly #indexMask: number;
  readonly #tagStep: number;

  /** `head`: the word of the head, alone on its line. `links`: the first of `2 × slots` words. */
  constructor(words: Int32Array, slots: number, head: number, links: number) {
    this.#words = words;
    this.#slots = slots;
    this.#head = head;
    this.#next = links;
    this.#tickets = links + slots;
    const indexBits = 32 - Math.clz32(slots);
    this.#tagStep = 1 << indexBits;
    this.#indexMask = this.#tagStep - 1;
  }

  /** Every slot is free. Only for who made the memory, before anybody has it. */
  fill(): void {
    for (let slot = 0; slot < this.#slots; slot++) this.#words[this.#next + slot] = slot + 1 < this.#slots ? slot + 2 : 0;
    this.#words[this.#head] = this.#slots === 0 ? 0 : 1;
  }

  /** A slot of one's own; −1 when all are taken. */
  take(): number {
    for (;;) {
      const head = Atomics.load(this.#words, this.#head);
      const slot = (head & this.#indexMask) - 1;
      if (slot === -1) return -1;
      const below = Atomics.load(this.#words, this.#next + slot);
      if (!this.#swapHead(head, below)) continue;
      Atomics.add(this.#words, this.#tickets + slot, 1);
      return slot;
    }
  }

  /** What whoever holds the slot must show to give it back. */
  ticketOf(slot: number): number {
    return at(this.#words, this.#tickets + slot);
  }

  /** Errors: `ERR_NOT_HELD` when that ticket was used before, whoever holds the slot now. */
  give(slot: number, ticket: number): void {
    const mine = Number.isInteger(slot) && slot >= 0 && slot < this.#slots && (ticket & 1) === 1;
    if (!mine || Atomics.compareExchange(this.#words, this.#tickets + slot, ticket, (ticket + 1) | 0) !== ticket)
      throw new NotHeldError(slot);
    for (;;) {
      const head = Atomics.load(this.#words, this.#head);
      Atomics.store(this.#words, this.#next + slot, head & this.#indexMask);
      if (this.#swapHead(head, slot + 1)) return;
    }
  }

  #swapHead(head: number, index: number): boolean {
    const changed = ((head & ~this.#indexMask) + this.#tagStep) | index | 0;
    return Atomics.compareExchange(this.#words, this.#head, head, changed) === head;
  }
}
