/** While fewer are known, a value is taken to be one of so many. */
const FEWEST_VALUES = 10;
/** Every value is taken to be as frequent as the others until about so many mentions of it say otherwise: a few of them are chance. */
const PRIOR_MENTIONS = 8;
/** What an interval is taken to cover while nothing is known: one with two ends, and one with one. */
const NARROW = 0.05;
const HALF = 0.5;

/** How often rules name each value of a field, whether or not they are found by it. */
export class Mentions {
  readonly #counts = new Map<unknown, number>();
  #total = 0;

  add(value: unknown, change: 1 | -1): void {
    const count = (this.#counts.get(value) ?? 0) + change;
    if (count > 0) this.#counts.set(value, count);
    else this.#counts.delete(value);
    this.#total += change;
  }

  /** The value's share of all. Range: above 0, at most 1. */
  shareOf(value: unknown): number {
    const values = Math.max(FEWEST_VALUES, this.#counts.size);
    return ((this.#counts.get(value) ?? 0) + PRIOR_MENTIONS) / (this.#total + PRIOR_MENTIONS * values);
  }
}

/** Which span of numbers the rules name for a field. It only grows: a guess need not be exact. */
export class Span {
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;

  add(min: number, max: number): void {
    for (const end of [min, max]) {
      if (!Number.isFinite(end)) continue;
      this.#low = Math.min(this.#low, end);
      this.#high = Math.max(this.#high, end);
    }
  }

  /** How much of the span the interval covers. Range: 0 to 1. */
  shareOf(min: number, max: number): number {
    const span = this.#high - this.#low;
    const isWide = !Number.isFinite(max - min);
    if (!(span > 0)) return isWide ? HALF : NARROW;
    const share = (Math.min(max, this.#high) - Math.max(min, this.#low)) / span;
    // Numbers of events go on beyond what rules name.
    return isWide ? Math.max(share, NARROW) : Math.min(1, Math.max(0, share));
  }
}
