import type { Timer } from "@job-orch/core";
import { steadyNow } from "@job-orch/core/substrate";
import type { Member } from "./member.ts";
import type { PoolSettings } from "./pool-options.ts";

/** Who has nothing left to do gets this many times the grace of a job to let go of what it borrowed. */
const DISPOSE_GRACES = 5;
/** And no less than this, also where jobs have no grace at all. Units: milliseconds. */
const LEAST_PATIENCE_MS = 100;

export interface LeavingOptions {
  readonly settings: PoolSettings;
  /** It was told to end, has nothing left to do, and is still there. */
  readonly onStuck: (member: Member) => void;
}

/**
 * Workers on their way out: they end what they began while their place has somebody else. Says when they are gone, and notices
 * those that never would be, because what their jobs borrowed does not let itself be disposed of.
 */
export class Leaving {
  readonly #options: LeavingOptions;
  readonly #members = new Set<Member>();
  readonly #patience = new Map<Member, Timer>();
  /** Told whenever a worker has ended. */
  readonly #watchers = new Set<() => void>();

  constructor(options: LeavingOptions) {
    this.#options = options;
  }

  get members(): Iterable<Member> {
    return this.#members;
  }

  /** Whether one that stood in this place, and stands there no more, still has requests of lanes. */
  holdsLanes(place: number): boolean {
    if (this.#members.size === 0) return false; // most often
    for (const { place: own, state, tasks } of this.#members) {
      if (own === place && state !== "retiring" && tasks.some((task) => task?.lane !== undefined)) return true;
    }
    return false;
  }

  add(member: Member): void {
    this.#members.add(member);
  }

  /** It has ended. */
  remove(member: Member): void {
    this.#members.delete(member);
    this.#patience.get(member)?.cancel();
    this.#patience.delete(member);
  }

  /** It was told to end, and somebody else than who stops the pool must see to it that it does. */
  expectEnd(member: Member): void {
    const { clock } = this.#options.settings.environment;
    const patienceMs = Math.max(LEAST_PATIENCE_MS, this.#options.settings.graceMs * DISPOSE_GRACES);
    if (!Number.isFinite(patienceMs)) return;
    const toldMs = steadyNow(clock);
    const look = (): void => {
      const sinceMs = Math.max(toldMs, member.idleSinceMs);
      const leftMs = member.inFlight > 0 ? patienceMs : sinceMs + patienceMs - steadyNow(clock);
      if (leftMs > 0) this.#patience.set(member, clock.after(leftMs, look, { ref: false }));
      else {
        this.#patience.delete(member);
        this.#options.onStuck(member);
      }
    };
    look();
  }

  /** Somebody has ended: who waits for that looks again. */
  noteGone(): void {
    for (const watch of [...this.#watchers]) watch();
  }

  /** Resolves when all of them have ended, or not in time. Units: milliseconds; `Infinity`: however long it takes. */
  gone(members: readonly Member[], longestMs: number): Promise<void> {
    const left = (): boolean => members.some(({ state }) => state !== "down");
    if (!left()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        timer?.cancel();
        this.#watchers.delete(watch);
        resolve();
      };
      const watch = (): void => {
        if (!left()) finish();
      };
      const { clock } = this.#options.settings.environment;
      const timer = longestMs === Number.POSITIVE_INFINITY ? undefined : clock.after(longestMs, finish);
      this.#watchers.add(watch);
    });
  }
}
