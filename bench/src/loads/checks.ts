/** A count that was wrong: the measurement it belongs to is void. */
export class WrongCount extends Error {}

export function mustEqual(what: string, expected: number, found: number): void {
  if (found !== expected) throw new WrongCount(`${what}: expected ${expected}, found ${found}`);
}

/** Collects garbage, so that the timed part does not pay for what came before it. */
export function collectGarbage(): void {
  globalThis.gc?.();
}

/** Counts how often each of `total` numbered jobs ran. */
export class Ledger {
  readonly #runs: Uint8Array;
  count = 0;

  constructor(total: number) {
    this.#runs = new Uint8Array(total);
  }

  /** How many there are to run. */
  get size(): number {
    return this.#runs.length;
  }

  note(i: number): void {
    this.#runs[i] = (this.#runs[i] ?? 0) + 1;
    this.count++;
  }

  /** Errors: `WrongCount` unless every job ran exactly once. */
  mustBeExact(): void {
    mustEqual("jobs run", this.#runs.length, this.count);
    mustEqual(
      "jobs that ran once",
      this.#runs.length,
      this.#runs.reduce((sum, runs) => sum + (runs === 1 ? 1 : 0), 0),
    );
  }
}
