/** How many more items the caller of one request takes. */
export class Room {
  /** The request's, in its pool. */
  readonly number: number;
  #left: number;
  #changed: (() => void) | undefined;

  constructor(number: number, items: number) {
    this.number = number;
    this.#left = items;
  }

  get isFull(): boolean {
    return this.#left <= 0;
  }

  take(): void {
    this.#left--;
  }

  add(items: number): void {
    this.#left += items;
    this.#changed?.();
  }

  /** For good: nobody waits for it any more. */
  open(): void {
    this.add(Number.POSITIVE_INFINITY);
  }

  /** Resolves when there is room again. One at a time may wait. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = () => {
        this.#changed = undefined;
        resolve();
      };
    });
  }
}
