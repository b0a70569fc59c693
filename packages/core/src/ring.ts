const LEAST_SLOTS = 8;
/** A ring up to this size is kept when it runs empty; a larger one gives its memory back. */
const KEPT_SLOTS = 1_024;

/** First in, first out, in one array that doubles when it is full: no node per item, nothing moves when one leaves. */
export class Ring<Item> {
  #items: (Item | undefined)[] = new Array(LEAST_SLOTS);
  #mask = LEAST_SLOTS - 1;
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

  clear(): void {
    this.#items = new Array(LEAST_SLOTS);
    this.#mask = LEAST_SLOTS - 1;
    this.#head = 0;
    this.#length = 0;
  }

  #grow(): void {
    const size = this.#mask + 1;
    const grown: (Item | undefined)[] = new Array(size * 2);
    for (let at = 0; at < this.#length; at++) grown[at] = this.#items[(this.#head + at) & this.#mask];
    this.#items = grown;
    this.#mask = size * 2 - 1;
    this.#head = 0;
  }
}
