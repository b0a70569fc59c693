import { ClosedError, OptionError, systemClock } from "@job-orch/core";
import { duration, isPromise, whole } from "@job-orch/core/substrate";
import { Outlet } from "./outlet.ts";
import type { RouterOptions } from "./router-options.ts";
import type { Subscription } from "./subscription.ts";
import { type Target, toDeliver } from "./target.ts";
import { type OnTargetError, type TargetOptions, toOutletSettings } from "./target-options.ts";

const CLOSE_GRACE_MS = 25_000;

/** What all routers share: their targets, each behind its own queue. How an event finds them is the router's business. */
export class Switchboard<Event> {
  readonly #outlets = new Set<Outlet<Event>>();
  readonly #maxRules: number;
  readonly #onError: OnTargetError;
  #nextOrder = 0;
  #closed = false;
  #whenIdle: (() => void)[] = [];

  constructor({ maxRules = 100_000, onError }: RouterOptions) {
    this.#maxRules = whole("maxRules", maxRules, 1, 10_000_000);
    if (onError !== undefined && typeof onError !== "function") throw new OptionError('"onError" takes a function');
    this.#onError = (...about) => {
      // Who hears of errors must not make new ones.
      try {
        const returned: unknown = onError?.(...about);
        if (isPromise(returned)) returned.then(undefined, () => undefined);
      } catch {}
    };
  }

  /** Adds a target; `place` puts it where events find it and returns what takes it away. */
  connect(target: Target<Event>, options: TargetOptions, place: (outlet: Outlet<Event>) => () => void): Subscription {
    this.mustBeOpen();
    if (this.#outlets.size >= this.#maxRules) {
      throw new OptionError(`The router has ${this.#maxRules} rules, its "maxRules"; unsubscribe some or raise it`);
    }
    const settings = toOutletSettings(options, this.#onError, () => this.#look());
    const outlet = new Outlet<Event>(this.#nextOrder++, toDeliver(target), settings);
    const remove = place(outlet);
    this.#outlets.add(outlet);
    outlet.onLeave = () => {
      this.#outlets.delete(outlet);
      remove();
    };
    return subscriptionOf(outlet);
  }

  /** Hands the event to each of them, in the order in which they were added. A promise only when somebody's queue makes its publisher wait. */
  deliver(to: readonly Outlet<Event>[], event: Event, subject: string): number | Promise<number> {
    const count = to.length;
    let waits: Promise<void>[] | undefined;
    for (let at = 0; at < count; at++) {
      const wait = (to[at] as Outlet<Event>).offer(event, subject);
      if (wait !== undefined) (waits ??= []).push(wait);
    }
    return waits === undefined ? count : Promise.all(waits).then(() => count);
  }

  mustBeOpen(): void {
    if (this.#closed) throw new ClosedError("The router is closed");
  }

  /** Resolves when nothing is running and nothing waits. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
      this.#look();
      queueMicrotask(() => this.#look()); // a target that asked, and waits for nothing, has ended by then
    });
  }

  async close({ graceMs = CLOSE_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    duration("graceMs", graceMs, 0);
    this.#closed = true;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = systemClock.after(graceMs, resolve);
    await Promise.race([this.idle(), late]);
    timer.cancel();
    for (const outlet of [...this.#outlets]) outlet.leave();
  }

  #look(): void {
    if (this.#whenIdle.length === 0) return;
    for (const outlet of this.#outlets) if (outlet.busy) return;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }
}

function subscriptionOf(outlet: Pick<Outlet<never>, "lag" | "delivered" | "dropped" | "failed" | "connected" | "leave">): Subscription {
  const unsubscribe = (): void => outlet.leave();
  return Object.defineProperties(unsubscribe, {
    lag: { get: () => outlet.lag },
    delivered: { get: () => outlet.delivered },
    dropped: { get: () => outlet.dropped },
    failed: { get: () => outlet.failed },
    connected: { get: () => outlet.connected },
    [Symbol.dispose]: { value: unsubscribe },
  }) as unknown as Subscription;
}
