import { printOf } from "./text-hash.ts";
import { type Fields, type Reader, toReader } from "./to-test.ts";

interface Field {
  readonly slot: number;
  /** How many rules ask about it. */
  count: number;
}

/** The fingerprints of an event's fields: each is taken when a rule first asks about it, and once for all rules. */
export class Prints {
  readonly #fields = new Map<string, Field>();
  readonly #readers: Reader[] = [];
  readonly #free: number[] = [];
  #prints = new Int32Array(8);
  /** Of which event each fingerprint is. */
  #takenOf = new Float64Array(8);

  /** Which slot a field has; it is the rule's until `release`. */
  slotOf(name: string): number {
    let field = this.#fields.get(name);
    if (field === undefined) {
      field = { slot: this.#free.pop() ?? this.#readers.length, count: 0 };
      this.#fields.set(name, field);
      this.#readers[field.slot] = toReader(name);
      if (this.#readers.length > this.#prints.length) this.#grow();
      this.#takenOf[field.slot] = 0;
    }
    field.count++;
    return field.slot;
  }

  release(name: string): void {
    const field = this.#fields.get(name);
    if (field === undefined || --field.count > 0) return;
    this.#fields.delete(name);
    this.#free.push(field.slot);
  }

  /** `number` is another one for every event, and never 0. */
  of(slot: number, event: Fields, number: number): number {
    if (this.#takenOf[slot] === number) return this.#prints[slot] as number;
    const print = printOf((this.#readers[slot] as Reader)(event));
    this.#prints[slot] = print;
    this.#takenOf[slot] = number;
    return print;
  }

  #grow(): void {
    const [prints, takenOf] = [this.#prints, this.#takenOf];
    this.#prints = new Int32Array(2 * prints.length);
    this.#takenOf = new Float64Array(2 * takenOf.length);
    this.#prints.set(prints);
    this.#takenOf.set(takenOf);
  }
}
