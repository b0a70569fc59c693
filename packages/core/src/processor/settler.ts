import type { Clock, Timer } from "../clock.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import { JobError } from "../errors/job-error.ts";
import { toWireError } from "../errors/wire-error-codec.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Frame } from "../transport/frame.ts";
import type { Settled, Settlement } from "../transport/settlement.ts";
import { isPromise, NEVER, pause } from "./awaiting.ts";
import { hooks } from "./hooks.ts";
import type { Outboxes } from "./outbox.ts";
import type { SteadyReceiver } from "./steady-receiver.ts";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** How long a call on its way is waited for once nothing is tried again. Units: milliseconds. */
const LAST_ANSWER_MS = 250;

export interface SettlerOptions<Item extends Settlement> {
  readonly processor: string;
  readonly receiver: SteadyReceiver;
  readonly outboxes: Outboxes;
  /** Whether a settlement and what it sends are one step at the transport. */
  readonly transactional: boolean;
  readonly clock: Clock;
  /** The settlements are stored, but for those whose delivery is in `lost`. */
  readonly onStored: (items: readonly Item[], lost: ReadonlySet<Delivery> | undefined) => void;
  /** A settlement did not get through and is tried again. */
  readonly onTrouble: (error: Error) => void;
}

/** Puts the settlements of one turn into one call, and keeps at it while the store is away. */
export class Settler<Item extends Settlement> {
  readonly #options: SettlerOptions<Item>;
  #waiting: Item[] = [];
  #underWay = 0;
  #drained: (() => void)[] = [];
  readonly #abandoned = new AbortController();
  #lastAnswer: Timer | undefined;
  #givenUp = false;

  constructor(options: SettlerOptions<Item>) {
    this.#options = options;
  }

  /** Calls on their way to the store. */
  get underWay(): number {
    return this.#underWay;
  }

  add(item: Item): void {
    this.#waiting.push(item);
  }

  /** Hands over what was added since the last flush. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const items = this.#waiting;
    this.#waiting = [];
    try {
      const settled = this.#settle(items);
      if (!isPromise(settled)) return this.#stored(items, settled);
      this.#underWay++;
      settled.then(
        (result) => this.#arrived(items, result),
        (error: unknown) => void this.#again(items, error),
      );
    } catch (error) {
      this.#underWay++;
      void this.#again(items, error);
    }
  }

  /** Resolves when the next call on its way has arrived; at once when there is none. */
  progress(): Promise<void> {
    return this.#underWay === 0 ? Promise.resolve() : new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Resolves when everything added is stored or given up. */
  async drain(): Promise<void> {
    this.flush();
    while (this.#underWay > 0 && !this.#givenUp) await this.progress();
    this.#lastAnswer?.cancel();
  }

  /**
   * Stops trying, and waits a moment for calls on their way: what they sent on would be sent again. A store that does not
   * answer is given up then: what it did or did not store, the transport knows.
   */
  abandon(): void {
    this.#abandoned.abort();
    this.#lastAnswer ??= this.#options.clock.after(LAST_ANSWER_MS, () => {
      this.#givenUp = true;
      this.#wake();
    });
  }

  #settle(items: readonly Item[]): Awaitable<Settled> {
    if (hooks.settle.hasSubscribers) hooks.settle.publish({ processor: this.#options.processor, count: items.length });
    return this.#options.transactional ? this.#options.receiver.settle(items) : this.#sendThenSettle(items);
  }

  /** Without a transaction: what is sent on must be accepted before its request is let go. A crash between the two repeats, never loses. */
  async #sendThenSettle(items: readonly Item[]): Promise<Settled> {
    const byChannel = new Map<string, { readonly channel: ChannelSpec; readonly frames: Frame[] }>();
    for (const { sends } of items) {
      for (const { channel, frames } of sends ?? []) {
        const known = byChannel.get(channel.name);
        if (known === undefined) byChannel.set(channel.name, { channel, frames: [...frames] });
        else known.frames.push(...frames);
      }
    }
    await Promise.all(
      Array.from(byChannel.values(), async ({ channel, frames }) => this.#options.outboxes.to(channel).sendAll(frames, NEVER)),
    );
    return this.#options.receiver.settle(items.map(({ delivery, outcome }) => ({ delivery, outcome })));
  }

  #arrived(items: readonly Item[], settled: Settled): void {
    this.#underWay--;
    this.#stored(items, settled);
    this.#wake();
  }

  #stored(items: readonly Item[], settled: Settled): void {
    const lost = settled === undefined || settled.lost.length === 0 ? undefined : new Set(settled.lost);
    this.#options.onStored(items, lost);
  }

  async #again(items: readonly Item[], first: unknown): Promise<void> {
    const { signal } = this.#abandoned;
    let error = first;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      this.#options.onTrouble(error instanceof Error ? error : new Error(String(error)));
      const code = JobError.is(error) && error.retry === "never" ? error.code : undefined;
      const hopeless = code !== undefined;
      if (hopeless && items.length > 1 && code !== "ERR_CLOSED") {
        this.#one(items); // one of them spoils the call: the others need not suffer
        break;
      }
      if (hopeless && code !== "ERR_CLOSED") await this.#bury(items, error);
      if (signal.aborted || hopeless) break;
      await pause(this.#options.clock, pauseMs, signal);
      try {
        const settled = await this.#settle(items);
        return this.#arrived(items, settled);
      } catch (next) {
        error = next;
      }
    }
    this.#underWay--;
    this.#wake();
  }

  /** What it sends on can never be accepted: aside with it, or it would come back for ever. */
  async #bury(items: readonly Item[], error: unknown): Promise<void> {
    const outcome = { kind: "dead", reason: toWireError(error) } as const;
    try {
      await this.#options.receiver.settle(items.map(({ delivery }) => ({ delivery, outcome })));
    } catch (failed) {
      this.#options.onTrouble(failed instanceof Error ? failed : new Error(String(failed)));
    }
  }

  #one(items: readonly Item[]): void {
    for (const item of items) {
      this.add(item);
      this.flush();
    }
  }

  #wake(): void {
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }
}
