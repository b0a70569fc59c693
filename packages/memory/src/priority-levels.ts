import { ReadyRing, type Waiting } from "./ready-ring.ts";

/** The level of frames that do not say. */
export const DEFAULT_PRIORITY = 5;
const LEVELS = 10;
/** While several levels wait, one pick in so many goes to whoever waited longest, so that no level starves. */
const PICKS_PER_OLDEST = 32;

/** What is ready, by priority: 9 first, first in first out within a level. */
export class PriorityLevels {
  live = 0;
  /** The stamp of what `shift` took last. */
  shiftedStamp = 0;
  readonly #rings: ReadyRing[] = Array.from({ length: LEVELS }, () => EMPTY);
  /** One bit per level that is not empty. */
  #occupied = 0;
  #picks = 0;

  push(level: number, item: Waiting, stamp: number): number {
    return this.#ring(level).push(item, stamp);
  }

  pushFront(level: number, item: Waiting, stamp: number): number {
    return this.#ring(level).pushFront(item, stamp);
  }

  /** Takes the next item; only when there is one. */
  shift(): Waiting {
    return this.#take((this.#occupied & (this.#occupied - 1)) === 0 ? 31 - Math.clz32(this.#occupied) : this.#pick());
  }

  /** Takes the first of the lowest level; only when there is one. */
  shiftLeast(): Waiting {
    return this.#take(31 - Math.clz32(this.#occupied & -this.#occupied));
  }

  remove(level: number, position: number): void {
    const ring = this.#rings[level] as ReadyRing;
    ring.remove(position);
    this.#took(level, ring);
  }

  /** The stamp of what waits longest, `undefined` when nothing does. */
  oldestStamp(): number | undefined {
    return this.live === 0 ? undefined : (this.#rings[this.#oldest()] as ReadyRing).firstStamp();
  }

  clear(): void {
    this.#rings.fill(EMPTY);
    this.#occupied = 0;
    this.live = 0;
  }

  /** Visits every item; the visitor may remove the one it is shown. */
  each(visit: (item: Waiting, stamp: number, level: number, position: number) => void): void {
    this.#rings.forEach((ring, level) => {
      if (ring.live > 0) ring.each((item, stamp, position) => visit(item, stamp, level, position));
    });
  }

  #ring(level: number): ReadyRing {
    this.live++;
    this.#occupied |= 1 << level;
    const ring = this.#rings[level] as ReadyRing;
    if (ring !== EMPTY) return ring;
    const made = new ReadyRing();
    this.#rings[level] = made;
    return made;
  }

  #take(level: number): Waiting {
    const ring = this.#rings[level] as ReadyRing;
    this.shiftedStamp = ring.firstStamp();
    const item = ring.shift();
    this.#took(level, ring);
    return item;
  }

  #took(level: number, ring: ReadyRing): void {
    this.live--;
    if (ring.live === 0) this.#occupied &= ~(1 << level);
  }

  #pick(): number {
    return ++this.#picks % PICKS_PER_OLDEST === 0 ? this.#oldest() : 31 - Math.clz32(this.#occupied);
  }

  #oldest(): number {
    let oldest = 0;
    let stamp = Number.POSITIVE_INFINITY;
    for (let level = 0; level < LEVELS; level++) {
      const ring = this.#rings[level] as ReadyRing;
      if (ring.live === 0 || ring.firstStamp() >= stamp) continue;
      oldest = level;
      stamp = ring.firstStamp();
    }
    return oldest;
  }
}

/** Stands in for levels that were never used. */
const EMPTY = new ReadyRing();
