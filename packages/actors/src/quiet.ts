/** Those who wait until there is nothing left to do. */
export class Quiet {
  readonly #isQuiet: () => boolean;
  #waiting: (() => void)[] = [];

  constructor(isQuiet: () => boolean) {
    this.#isQuiet = isQuiet;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.look();
    });
  }

  /** Something ended. */
  look(): void {
    if (this.#waiting.length === 0 || !this.#isQuiet()) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
