import { type Timer } from "@job-orch/core";
import { steadyNow } from "@job-orch/core/substrate";
import { isMeasured } from "../measured.ts";
import type { Member } from "./member.ts";
import type { Pool } from "./pool.ts";

/** How often a pool that has reason to looks after its workers. Units: milliseconds. */
const EVERY_MS = 500;
/** More waiting work than this per worker, and one more is started. Units: milliseconds. */
const SLOW_MS = 20;
const MIB = 1024 * 1024;

/** What is done from time to time: fewer workers when there is little to do, fresh ones for old or fat ones. */
export class Upkeep {
  readonly #pool: Pool;
  readonly #needed: boolean;
  #timer: Timer | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
    const { min, max, recycleAgeMs, recycleHeapMb, recycleRequests, maxMemoryMb } = pool.settings;
    this.#needed = min < max || [recycleAgeMs, recycleHeapMb, recycleRequests, maxMemoryMb].some(Number.isFinite);
  }

  start(): void {
    if (!this.#needed || this.#timer !== undefined) return;
    const { clock } = this.#pool.settings.environment;
    this.#timer = clock.after(
      EVERY_MS,
      () => {
        this.#timer = undefined;
        void this.#look().finally(() => {
          const { isClosed, roster } = this.#pool;
          // Also while more are up, or come up, than are wanted.
          if (!isClosed && roster.target + roster.ready.length + roster.starting > 0) this.start();
        });
      },
      { ref: false },
    );
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** One more worker, when those that are up have enough to do for a while. */
  growIfSlow(): void {
    const { queue } = this.#pool.room;
    const { roster } = this.#pool;
    const { ready } = roster;
    if (ready.length === 0) return void (roster.starting === 0 && roster.grow());
    const serviceMs = ready.reduce((sum, { credits }) => sum + credits.serviceUs, 0) / ready.length / 1_000;
    const unknown = serviceMs === 0;
    if (unknown || ((queue.length + 1) * serviceMs) / ready.length > SLOW_MS || ready.every((member) => !member.hasRoom && serviceMs > 1)) {
      roster.grow();
    }
  }

  async #look(): Promise<void> {
    const { roster, settings, room } = this.#pool;
    const nowMs = steadyNow(settings.environment.clock);
    for (const member of [...roster.ready]) {
      // One at a time: each needs a second place beside it until its successor is up.
      if (this.#isOld(member, nowMs)) {
        if (!roster.ready.some(({ state }) => state === "retiring")) roster.recycle(member);
      } else await this.#weigh(member);
    }
    // Who waits for a place of its own needs that very worker, also while it is not up.
    if (room.queue.length > 0 || room.hasLanes((place) => (roster.memberAt(place)?.inFlight ?? 0) === 0)) return;
    const idle = roster.ready.filter((member) => member.inFlight === 0 && nowMs - member.idleSinceMs >= settings.idleMs);
    const oldest = idle.sort((a, b) => a.bornMs - b.bornMs)[0];
    if (oldest !== undefined && Math.max(roster.target, roster.ready.length) > settings.min) roster.shrink(oldest);
  }

  #isOld(member: Member, nowMs: number): boolean {
    const { recycleRequests, recycleAgeMs } = this.#pool.settings;
    return member.served >= recycleRequests || nowMs - member.bornMs >= recycleAgeMs;
  }

  async #weigh(member: Member): Promise<void> {
    const { recycleHeapMb, maxMemoryMb } = this.#pool.settings;
    const { link } = member;
    if (link === undefined || !isMeasured(link) || (!Number.isFinite(recycleHeapMb) && !Number.isFinite(maxMemoryMb))) return;
    const { heapBytes, totalBytes } = await inTime(link.memory());
    if (member.state !== "ready") return;
    if (totalBytes > maxMemoryMb * MIB) this.#end(member, totalBytes);
    else if (heapBytes > recycleHeapMb * MIB) this.#pool.roster.recycle(member);
  }

  #end(member: Member, totalBytes: number): void {
    const { name, emitter, roster } = this.#pool;
    const { place, incarnation } = member;
    const why = `it uses ${Math.round(totalBytes / MIB)} MiB`;
    emitter.emit("workerCondemned", { pool: name, place, incarnation, why });
    this.#pool.takeBackAll(member);
    roster.condemn(member, "outOfMemory");
    roster.kill(member, "outOfMemory");
  }
}

/** A worker that cannot tell now must not keep the others from being looked after. */
function inTime<Value extends object>(asked: Promise<Value>): Promise<Value | { readonly heapBytes: 0; readonly totalBytes: 0 }> {
  const { promise, resolve } = Promise.withResolvers<{ readonly heapBytes: 0; readonly totalBytes: 0 }>();
  const timer = setTimeout(() => resolve({ heapBytes: 0, totalBytes: 0 }), EVERY_MS);
  timer.unref();
  return Promise.race([asked, promise]).finally(() => clearTimeout(timer));
}
