import { BusyError, ClosedError } from "@job-orch/core";
import { isPromise, Ring } from "@job-orch/core/substrate";
import type { OutletSettings } from "./target-options.ts";
import type { Deliver } from "./target.ts";

/** An event that waits for its target, and who waits for its place, if anybody does. */
interface Waiting<Event> {
  readonly event: Event;
  readonly subject: string;
  readonly placed: (() => void) | undefined;
}

/** One target of a router with its bounded queue: what it does with an event is its own business, and nobody else waits for it. */
export class Outlet<Event> {
  // What an event that is taken on at once needs comes first, so that it is read from memory together.
  /** Its place among the router's rules: targets hear in this order. */
  readonly order: number;
  /** The event it was last matched with; rules with several ways to match are matched once. */
  matchedAt = 0;
  connected = true;
  /** How many events wait for this target, in both queues. */
  lag = 0;
  delivered = 0;
  #running = 0;
  readonly #concurrency: number;
  readonly #deliver: Deliver<Event>;
  dropped = 0;
  failed = 0;
  /** Undoes the rule; set by who made it. */
  onLeave: (() => void) | undefined;
  readonly #settings: OutletSettings;
  readonly #ready = new Ring<Waiting<Event>>();
  /** Events beyond the capacity, whose publishers wait. */
  readonly #beyond = new Ring<Waiting<Event>>();

  constructor(order: number, deliver: Deliver<Event>, settings: OutletSettings) {
    this.order = order;
    this.#deliver = deliver;
    this.#settings = settings;
    this.#concurrency = settings.concurrency;
  }

  get busy(): boolean {
    return this.#running > 0 || this.lag > 0;
  }

  /** Takes the event on: at once, into the queue, or as the policy says. A promise only when its publisher is to wait. */
  offer(event: Event, subject: string): Promise<void> | undefined {
    if (!this.connected) return undefined;
    if (this.#running < this.#concurrency && this.lag === 0) {
      this.#start(event, subject);
      if (this.lag > 0) this.#drain(); // published to itself
      return undefined;
    }
    if (this.#ready.length < this.#settings.capacity) {
      this.lag++;
      this.#ready.push({ event, subject, placed: undefined });
      return undefined;
    }
    return this.#full(event, subject);
  }

  /** Ends it: what waits is dropped, what runs goes on, who waits for a place need not any more. */
  leave(): void {
    if (!this.connected) return;
    this.connected = false;
    this.dropped += this.lag;
    this.lag = 0;
    this.#ready.clear();
    for (let waiting = this.#beyond.shift(); waiting !== undefined; waiting = this.#beyond.shift()) waiting.placed?.();
    this.onLeave?.();
    this.#settings.onIdle();
  }

  #full(event: Event, subject: string): Promise<void> | undefined {
    switch (this.#settings.slow) {
      case "drop-newest":
        this.dropped++;
        return undefined;
      case "drop-oldest":
        this.#ready.shift();
        this.dropped++;
        this.#ready.push({ event, subject, placed: undefined });
        return undefined;
      case "disconnect": {
        this.dropped++;
        const waited = this.lag;
        this.leave();
        this.#settings.onError(new ClosedError(`A target of the router was cut off: ${waited} events waited for it`), event, subject);
        return undefined;
      }
      case "block":
        if (this.#beyond.length >= this.#settings.capacity) {
          this.dropped++;
          return Promise.reject(new BusyError("router", `${this.#beyond.length} publishers wait for one target already; await publish`));
        }
        this.lag++;
        return new Promise((placed) => this.#beyond.push({ event, subject, placed }));
    }
  }

  #start(event: Event, subject: string): void {
    this.#running++;
    let returned: unknown;
    try {
      returned = this.#deliver(event, subject);
    } catch (error) {
      this.#running--;
      this.#fail(error, event, subject);
      return;
    }
    if (!isPromise(returned)) {
      this.#running--;
      this.delivered++;
      return;
    }
    returned.then(
      () => {
        this.delivered++;
        this.#finish();
      },
      (error: unknown) => {
        this.#fail(error, event, subject);
        this.#finish();
      },
    );
  }

  #finish(): void {
    this.#running--;
    this.#drain();
    if (!this.busy) this.#settings.onIdle();
  }

  #drain(): void {
    while (this.connected && this.#running < this.#concurrency) {
      const next = this.#ready.shift();
      if (next === undefined) return;
      this.lag--;
      const promoted = this.#beyond.shift();
      if (promoted !== undefined) {
        this.#ready.push({ event: promoted.event, subject: promoted.subject, placed: undefined });
        promoted.placed?.();
      }
      this.#start(next.event, next.subject);
    }
  }

  #fail(error: unknown, event: Event, subject: string): void {
    this.failed++;
    this.#settings.onError(error, event, subject);
  }
}
