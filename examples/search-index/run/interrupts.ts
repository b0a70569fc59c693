/** The exit code of a program that a signal ended: 128 and the signal's number. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The first Ctrl-C asks to stop, the second one quits. */
export class Interrupts {
  readonly #controller = new AbortController();
  readonly #onSignal: (name: NodeJS.Signals) => void;
  #exitCode = 0;

  /** `onFirst` is called once, with the first signal. */
  constructor(onFirst: () => void) {
    this.#onSignal = (name) => {
      const code = CODES[name as keyof typeof CODES];
      // At once: what is under way is not settled, so it comes back in the next run.
      if (this.#controller.signal.aborted) process.exit(code);
      this.#exitCode = code;
      this.#controller.abort();
      onFirst();
    };
    for (const name of Object.keys(CODES)) process.on(name, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 0 when nobody interrupted. */
  get exitCode(): number {
    return this.#exitCode;
  }

  ignore(): void {
    for (const name of Object.keys(CODES)) process.off(name, this.#onSignal);
  }
}
