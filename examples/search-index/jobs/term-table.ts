/** The lower case of each UTF-16 unit, where that is one unit as well. */
export const LOWER = Uint16Array.from({ length: 0x1_0000 }, (_, unit) => {
  const lower = String.fromCharCode(unit).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : unit;
});

const FIRST_CAPACITY = 4_096;
/** Beyond this a table is not kept for the next text. */
const MOST_KEPT = 32_768;

/**
 * Counts the different words of one text by where they are in it, upper and lower case alike. A table of numbers: a text has
 * a thousand words and a few hundred different ones, and a string is made for those alone.
 */
export class TermTable {
  #text = "";
  #size = 0;
  /** By hash: an entry's number and one; 0 where there is none. */
  #slots = new Int32Array(FIRST_CAPACITY * 2);
  #hashes = new Int32Array(FIRST_CAPACITY);
  #starts = new Int32Array(FIRST_CAPACITY);
  #lengths = new Int32Array(FIRST_CAPACITY);
  #counts = new Int32Array(FIRST_CAPACITY);

  begin(text: string): void {
    this.#text = text;
    this.#size = 0;
    if (this.#hashes.length > MOST_KEPT) this.#allocate(FIRST_CAPACITY);
    else this.#slots.fill(0);
  }

  add(start: number, end: number): void {
    const text = this.#text;
    let hash = 0;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (LOWER[text.charCodeAt(at)] ?? 0)) | 0;
    const entry = this.#find(hash, start, end - start);
    if (entry === undefined) return;
    this.#counts[entry] = (this.#counts[entry] ?? 0) + 1;
  }

  /** Each word in lower case, with how often it was added, in the order of first appearance. */
  *[Symbol.iterator](): IterableIterator<readonly [word: string, count: number]> {
    for (let entry = 0; entry < this.#size; entry++) {
      const start = this.#starts[entry] ?? 0;
      yield [this.#text.slice(start, start + (this.#lengths[entry] ?? 0)).toLowerCase(), this.#counts[entry] ?? 0];
    }
  }

  /** The word's entry, made when it is the first time; that one counts as added. */
  #find(hash: number, start: number, length: number): number | undefined {
    const mask = this.#slots.length - 1;
    // The high bits of such a hash are the mixed ones.
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0) break;
      if (this.#hashes[entry] === hash && this.#lengths[entry] === length && this.#same(this.#starts[entry] ?? 0, start, length))
        return entry;
      slot = (slot + 1) & mask;
    }
    const entry = this.#size++;
    this.#slots[slot] = entry + 1;
    this.#hashes[entry] = hash;
    this.#starts[entry] = start;
    this.#lengths[entry] = length;
    this.#counts[entry] = 1;
    if (this.#size === this.#hashes.length) this.#grow();
    return undefined;
  }

  #same(one: number, other: number, length: number): boolean {
    const text = this.#text;
    for (let at = 0; at < length; at++) {
      if (LOWER[text.charCodeAt(one + at)] !== LOWER[text.charCodeAt(other + at)]) return false;
    }
    return true;
  }

  #grow(): void {
    const [hashes, starts, lengths, counts] = [this.#hashes, this.#starts, this.#lengths, this.#counts];
    this.#allocate(hashes.length * 2);
    this.#hashes.set(hashes);
    this.#starts.set(starts);
    this.#lengths.set(lengths);
    this.#counts.set(counts);
    const mask = this.#slots.length - 1;
    for (const [entry, hash] of hashes.entries()) {
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
    }
  }

  #allocate(capacity: number): void {
    this.#slots = new Int32Array(capacity * 2);
    this.#hashes = new Int32Array(capacity);
    this.#starts = new Int32Array(capacity);
    this.#lengths = new Int32Array(capacity);
    this.#counts = new Int32Array(capacity);
  }
}
