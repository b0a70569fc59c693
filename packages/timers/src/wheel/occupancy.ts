const SLOTS = 256;
const WORDS = SLOTS / 32;

/** Which slots of a wheel's levels hold timers: 256 bits for each level. */
export class Occupancy {
  readonly #words: Int32Array;

  constructor(levels: number) {
    this.#words = new Int32Array(levels * WORDS);
  }

  /** `slot`: counted through all levels. */
  set(slot: number): void {
    const word = slot >> 5;
    this.#words[word] = (this.#words[word] as number) | (1 << (slot & 31));
  }

  clear(slot: number): void {
    const word = slot >> 5;
    this.#words[word] = (this.#words[word] as number) & ~(1 << (slot & 31));
  }

  /** How many slots further on the next occupied one of a level is, going round: 1 to 256 (itself); 0 when the level is empty. */
  distance(level: number, from: number): number {
    const start = (from + 1) & (SLOTS - 1);
    const firstWord = start >> 5;
    const bitsFrom = -1 << (start & 31);
    // The first word is looked at twice: from the start on, and at the end the rest of it.
    for (let step = 0; step <= WORDS; step++) {
      const word = (firstWord + step) & (WORDS - 1);
      let bits = this.#words[level * WORDS + word] as number;
      if (step === 0) bits &= bitsFrom;
      if (step === WORDS) bits &= ~bitsFrom;
      if (bits === 0) continue;
      const slot = word * 32 + (31 - Math.clz32(bits & -bits));
      return ((slot - start) & (SLOTS - 1)) + 1;
    }
    return 0;
  }
}
