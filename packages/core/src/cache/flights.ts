/** How a flight ended. `given up`: whoever led it was told to stop, which says nothing to the others. */
export type Landing =
  | { readonly how: "well"; readonly response: unknown }
  | { readonly how: "badly"; readonly error: unknown }
  | { readonly how: "given up" };

/** Runs that are under way, by key: who wants the same joins instead of running too. Bounded by what runs at once. */
export class Flights {
  readonly #flights = new Map<string, Promise<Landing>>();

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /** Waits for the flight of this key; `undefined` when there is none. Rejects with `signal.reason` on abort. */
  join(key: string, context: { readonly signal: AbortSignal }): Promise<Landing> | undefined {
    const flight = this.#flights.get(key);
    if (flight === undefined) return undefined;
    const { signal } = context; // made on first use, so not before it is needed
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const leave = (): void => reject(signal.reason as Error);
      signal.addEventListener("abort", leave, { once: true });
      void flight.then((landing) => {
        signal.removeEventListener("abort", leave);
        resolve(landing);
      });
    });
  }

  async lead(key: string, fly: () => Promise<Landing>): Promise<Landing> {
    const flight = fly().catch((error: unknown): Landing => ({ how: "badly", error }));
    this.#flights.set(key, flight);
    try {
      return await flight;
    } finally {
      this.#flights.delete(key);
    }
  }
}
