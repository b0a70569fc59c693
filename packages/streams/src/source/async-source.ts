import type { Items } from "../work/pack.ts";
import type { Source } from "./source.ts";

/** Items that came do not wait longer for others while somebody has nothing to do. Units: milliseconds. */
const LINGER_MS = 2;

interface Taking {
  readonly most: number;
  readonly isHungry: () => boolean;
  readonly values: unknown[];
  readonly resolve: (items: Items | undefined) => void;
  readonly reject: (error: unknown) => void;
  linger: NodeJS.Timeout | undefined;
}

/** An async iterable: `next` is called once at a time, and only for a chunk that is being filled. */
export class AsyncSource implements Source {
  readonly left = undefined;
  readonly #iterator: AsyncIterator<unknown>;
  /** Ends what the iterator waits for. */
  readonly #destroy: (() => void) | undefined;
  #taking: Taking | undefined;
  /** Whether `next` was called and has not answered. */
  #asked = false;
  /** Came when its chunk was gone already. */
  readonly #early: unknown[] = [];
  #ended = false;
  #failure: readonly [unknown] | undefined;

  constructor(iterator: AsyncIterator<unknown>, destroy: (() => void) | undefined) {
    this.#iterator = iterator;
    this.#destroy = destroy;
  }

  readonly take = (most: number, isHungry: () => boolean): Promise<Items | undefined> =>
    new Promise((resolve, reject) => {
      this.#taking = { most, isHungry, values: this.#early.splice(0), resolve, reject, linger: undefined };
      this.#goOn();
    });

  readonly close = async (): Promise<void> => {
    const wasEnded = this.#ended;
    this.#ended = true;
    this.#finish();
    if (wasEnded) return;
    const ending = this.#iterator.return?.();
    if (!this.#asked) await ending;
    else {
      // Its iterator may wait for ever for what was asked of it; nobody waits with it.
      Promise.resolve(ending).catch(() => undefined);
      this.#destroy?.();
    }
  };

  #goOn(): void {
    const taking = this.#taking;
    if (taking === undefined) return;
    if (taking.values.length >= taking.most || this.#ended) return this.#finish();
    if (taking.values.length > 0) taking.linger ??= setTimeout(() => this.#lingered(taking), LINGER_MS);
    if (!this.#asked) this.#ask();
  }

  #ask(): void {
    this.#asked = true;
    try {
      Promise.resolve(this.#iterator.next()).then(this.#came, this.#failed);
    } catch (error) {
      this.#failed(error);
    }
  }

  readonly #came = (result: IteratorResult<unknown>): void => {
    if (typeof result !== "object" || result === null) return this.#failed(new TypeError("The source's next() gave no result object"));
    const { done, value } = result;
    this.#asked = false;
    if (this.#ended) return;
    if (done === true) this.#ended = true;
    else (this.#taking?.values ?? this.#early).push(value);
    this.#goOn();
  };

  readonly #failed = (error: unknown): void => {
    this.#asked = false;
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = [error];
    this.#finish();
  };

  #lingered(taking: Taking): void {
    if (taking !== this.#taking) return;
    if (taking.isHungry()) this.#finish();
    else taking.linger?.refresh();
  }

  #finish(): void {
    const taking = this.#taking;
    if (taking === undefined) return;
    this.#taking = undefined;
    clearTimeout(taking.linger);
    const { values, resolve, reject } = taking;
    if (values.length > 0) return resolve({ values, start: 0, end: values.length });
    if (this.#failure === undefined) return resolve(undefined);
    reject(this.#failure[0]);
  }
}
