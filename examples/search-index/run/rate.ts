/** Over how long a rate is taken. Units: milliseconds. */
const WINDOW_MS = 3_000;

/** How fast a count grows, over the last few seconds. */
export class Rate {
  readonly #seen: { readonly atMs: number; readonly value: number }[] = [];

  /** Returns the rate. Units: per second. */
  note(atMs: number, value: number): number {
    this.#seen.push({ atMs, value });
    while (this.#seen.length > 2 && atMs - (this.#seen[1]?.atMs ?? atMs) > WINDOW_MS) this.#seen.shift();
    const [first] = this.#seen;
    if (first === undefined || atMs - first.atMs < 1) return 0;
    return ((value - first.value) * 1000) / (atMs - first.atMs);
  }
}
