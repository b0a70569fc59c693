import type { Roster } from "./roster.ts";

/** A pool with nothing to do lets the process end after this. Units: milliseconds. */
const UNREF_AFTER_MS = 20;
/** It never fires in a lifetime that matters. Units: milliseconds. */
const FOREVER_MS = 2 ** 31 - 1;

/** The process stays alive while a pool has something to do, also while its workers are down or not started yet, and no longer. */
export class KeepAlive {
  readonly #roster: Roster;
  #alive: NodeJS.Timeout | undefined;
  #letGo: NodeJS.Timeout | undefined;

  constructor(roster: Roster) {
    this.#roster = roster;
  }

  /** There is something to do, and somebody will. */
  hold(): void {
    this.#roster.setRef(true);
    this.#alive ??= setInterval(() => undefined, FOREVER_MS);
  }

  /** There is nothing to do any more. `isIdle` is asked once more in a moment: most often something comes at once. */
  release(isIdle: () => boolean): void {
    this.#letGo ??= setTimeout(() => {
      this.#letGo = undefined;
      if (!isIdle()) return;
      this.#roster.setRef(false);
      this.abandon();
    }, UNREF_AFTER_MS).unref();
  }

  /** Nobody comes for what there is to do, unless somebody says so. */
  abandon(): void {
    clearInterval(this.#alive);
    this.#alive = undefined;
  }

  stop(): void {
    this.abandon();
    clearTimeout(this.#letGo);
    this.#letGo = undefined;
  }
}
