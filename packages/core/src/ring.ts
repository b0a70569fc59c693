const LEAST_SLOTS = 8;
/** A ring up to this size is kept when it runs empty; a larger one gives its memory back. */
const KEPT_SLOTS = 1_024;

const NO_SLOTS: readonly never[] = [];

/**
 * First in, first out, in one array that doubles when it is full: no node per item, nothing moves when one leaves, and no
 * array before the first one comes.
 */
export class Ring<Item> {
  #items: (Item | undefined)[] = NO_SLOTS as never[];
  /** Of the positions in the array; −1 while there is none. */
  #mask = -1;
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: Item): void {
    if (this.#length > this.#mask) this.#grow();
    this.#items[(this.#head + this.#length++) & this.#mask] = item;
  }

  /** Puts it before all others. */
  unshift(item: Item): void {
    if (this.#length > this.#mask) this.#grow();
    this.#head = (this.#head - 1) & this.#mask;
    this.#length++;
    this.#items[this.#head] = item;
  }

  /** Takes the first one; `undefined` when there is none. */
  shift(): Item | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    if (--this.#length === 0 && this.#mask >= KEPT_SLOTS) this.clear();
    return item;
  }

  /** The first one, which stays. */
  peek(): Item | undefined {
    return this.#length === 0 ? undefined : this.#items[this.#head];
  }

  /** Shows each, the first one first. */
  each(show: (item: Item) => void): void {
    for (let at = 0; at < this.#length; at++) show(this.#items[(this.#head + at) & this.#mask] as Item);
  }

  clear(): void {
    this.#items = NO_SLOTS as never[];
    this.#mask = -1;
    this.#head = 0;
    this.#length = 0;
  }

  #grow(): void {
    const size = Math.max(LEAST_SLOTS, 2 * (this.#mask + 1));
    const grown: (Item | undefined)[] = new Array(size);
    for (let at = 0; at < this.#length; at++) grown[at] = this.#items[(this.#head + at) & this.#mask];
    this.#items = grown;
    this.#mask = size - 1;
    this.#head = 0;
  }
}
