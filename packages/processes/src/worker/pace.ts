const MOST_AT_ONCE = 64;
/** While a batch takes less than this, the next may be larger. Units: milliseconds. */
const SHORT_MS = 0.5;

/** How many requests are begun, and announced, before anything is looked at again: more while they are short, one by one otherwise. */
export class Pace {
  /** No more than this. */
  readonly most: number;
  #atOnce = 1;
  /** When the last were begun while nothing else ran. Units: milliseconds. */
  #begunMs = 0;

  /** `each`: one by one, however short they are. */
  constructor(each: boolean) {
    this.most = each ? 1 : MOST_AT_ONCE;
  }

  get atOnce(): number {
    return this.#atOnce;
  }

  begin(nowMs: number): void {
    this.#begunMs = nowMs;
  }

  /** Everything that was begun has ended. */
  end(nowMs: number): void {
    this.#atOnce = nowMs - this.#begunMs < SHORT_MS ? Math.min(this.most, this.#atOnce * 2) : 1;
  }

  /** They are not short, no matter how soon they end: some wait for something. */
  slow(): void {
    this.#begunMs = Number.NEGATIVE_INFINITY;
  }
}
