/** A worker that ended nothing for this long is taken from: shorter jobs end by themselves before anything could travel. Units: milliseconds. */
const PATIENCE_MS = 5;

/** A link as the others see it. */
export interface Balanced {
  readonly place: number;
  /** Whether its worker has nothing to do. */
  readonly isIdle: boolean;
  /** How many it was given and has not answered. */
  readonly open: number;
  /** How many could be asked back from a worker that has ended nothing since then. Units: milliseconds of `performance.now()`. */
  readonly spare: (sinceMs: number) => number;
  /** Asks its worker to give back so many that it has not begun, from the end. What comes back is told to `gaveBack`. */
  readonly askBack: (count: number) => void;
  /** Has the pool give it what it has room for. */
  readonly refill: () => void;
}

/**
 * Between workers of one pool: asks those back from a busy worker that it has not begun, for one that has nothing to do. It takes a worker
 * that listens while its job runs (capability `steal`); what a worker does not give back, it answers.
 */
export class Balance {
  readonly #links = new Set<Balanced>();
  readonly #onMoved: (from: number, to: number, count: number) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(onMoved: (from: number, to: number, count: number) => void) {
    this.#onMoved = onMoved;
  }

  add(link: Balanced): void {
    this.#links.add(link);
  }

  remove(link: Balanced): void {
    this.#links.delete(link);
    if (this.#links.size > 1) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Somebody was given something, or has nothing to do any more: looks around in a moment, if there is anything to move. */
  soon(): void {
    if (this.#timer !== undefined || this.#links.size < 2 || !this.#anyIdle()) return;
    if (this.#victim(performance.now()) === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, PATIENCE_MS).unref();
  }

  /** Who has nothing to do. */
  idle(): readonly Balanced[] {
    return [...this.#links].filter(({ isIdle }) => isIdle);
  }

  /** A worker gave some back, and the pool has them again, or gave them away already. `idle`: who had nothing to do before. */
  gaveBack(from: Balanced, idle: readonly Balanced[]): void {
    for (const link of idle) {
      if (link === from) continue;
      if (link.isIdle) link.refill();
      if (link.open > 0) this.#onMoved(from.place, link.place, link.open);
    }
  }

  #look(): void {
    if (!this.#anyIdle()) return;
    const victim = this.#victim(performance.now() - PATIENCE_MS);
    if (victim !== undefined) victim.askBack(Math.ceil(victim.spare(Number.POSITIVE_INFINITY) / 2)); // it goes on at their beginning
    this.soon();
  }

  #anyIdle(): boolean {
    for (const { isIdle } of this.#links) if (isIdle) return true;
    return false;
  }

  /** Who has the most to give. */
  #victim(sinceMs: number): Balanced | undefined {
    let most = 0;
    let victim: Balanced | undefined;
    for (const link of this.#links) {
      const spare = link.spare(sinceMs);
      if (spare <= most) continue;
      most = spare;
      victim = link;
    }
    return victim;
  }
}
