import { lastDigits } from "./ids.ts";

const LEAST_PLACES = 1_024;
const MOST_PLACES = 2 ** 18;
/** With no more than this the places are kept when nothing is left; more give their memory back. */
const KEPT_PLACES = 2 ** 15;

/**
 * Items by id, made for ids that are made one after the other and leave in about that order: their last digits say where
 * they are, so nothing is hashed. Whatever finds its place taken is in a map beside.
 */
export class ById<Item> {
  #ids: (string | undefined)[] = new Array(LEAST_PLACES).fill(undefined);
  #items: (Item | undefined)[] = new Array(LEAST_PLACES).fill(undefined);
  #mask = LEAST_PLACES - 1;
  #placed = 0;
  readonly #others = new Map<string, Item>();

  get size(): number {
    return this.#placed + this.#others.size;
  }

  get(id: string): Item | undefined {
    const place = lastDigits(id) & this.#mask;
    if (this.#ids[place] === id) return this.#items[place];
    return this.#others.size === 0 ? undefined : this.#others.get(id);
  }

  /** Takes in an item under an id that nothing has yet. */
  add(id: string, item: Item): void {
    const place = lastDigits(id) & this.#mask;
    if (this.#ids[place] === undefined) this.#put(place, id, item);
    else if (this.#placed * 2 > this.#mask && this.#mask + 1 < MOST_PLACES) this.#grow(id, item);
    else this.#others.set(id, item);
  }

  delete(id: string): void {
    const place = lastDigits(id) & this.#mask;
    if (this.#ids[place] !== id) {
      this.#others.delete(id);
      return;
    }
    this.#ids[place] = undefined;
    this.#items[place] = undefined;
    if (--this.#placed === 0 && this.#mask >= KEPT_PLACES) this.#resize(LEAST_PLACES);
  }

  /** Visits all, in no order. What is visited may be deleted meanwhile. */
  each(visit: (id: string, item: Item) => void): void {
    const ids = this.#ids;
    const items = this.#items;
    for (let place = 0; place < ids.length; place++) {
      const id = ids[place];
      if (id !== undefined) visit(id, items[place] as Item);
    }
    for (const [id, item] of this.#others) visit(id, item);
  }

  #put(place: number, id: string, item: Item): void {
    this.#ids[place] = id;
    this.#items[place] = item;
    this.#placed++;
  }

  #grow(id: string, item: Item): void {
    const all: [string, Item][] = [[id, item]];
    this.each((known, old) => all.push([known, old]));
    this.#resize((this.#mask + 1) * 2);
    this.#others.clear();
    for (const [known, old] of all) this.add(known, old);
  }

  #resize(places: number): void {
    this.#ids = new Array(places).fill(undefined);
    this.#items = new Array(places).fill(undefined);
    this.#mask = places - 1;
    this.#placed = 0;
  }
}
