import type { Clock } from "../clock.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Frame } from "../transport/frame.ts";
import type { Transport } from "../transport/transport.ts";
import { ACK } from "./attempt.ts";
import { isPromise } from "./awaiting.ts";
import { CONTROL, ROOT } from "./reserved-headers.ts";
import { SteadyReceiver } from "./steady-receiver.ts";

/** Requests that were cancelled before they came by here; the oldest are forgotten first. */
const MOST_REMEMBERED = 10_000;
/** How long what is derived from a cancelled request is looked out for. Units: milliseconds. */
const DERIVED_FOR_MS = 60 * 60 * 1_000;
const CONTROL_LEASE_MS = 60_000;
const CONTROLS_PER_TURN = 256;

/** Who runs requests and can stop them. */
export interface Cancellable {
  /** Whether the request was here. */
  readonly cancel: (id: string) => boolean;
  /** Stops everything here that pipelines made of this request. */
  readonly cancelDerived: (root: string) => void;
}

/** Listens for cancellations while a processor works, and remembers those that came before their request. */
export class Cancellations {
  readonly #early = new Set<string>();
  /** By request: until when its parts are cancelled as they come by. Any number of them may, so it is not forgotten with the first. */
  readonly #roots = new Map<string, number>();
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #receiver: SteadyReceiver | undefined;
  #listening: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the request was cancelled before it came by; asking forgets it. */
  take(frame: Frame): boolean {
    if (this.#early.size > 0 && this.#early.delete(frame.id)) return true;
    return this.#roots.size > 0 && this.#isDerived(frame);
  }

  /** Subscribes. */
  async open(transport: Transport, channel: ChannelSpec, running: Cancellable, signal: AbortSignal): Promise<void> {
    const receive = { leaseMs: CONTROL_LEASE_MS, maxInFlight: CONTROLS_PER_TURN };
    this.#receiver = await SteadyReceiver.open({ transport, channel, receive, clock: this.#clock }, signal);
    this.#listening = this.#listen(this.#receiver, running).catch(() => undefined); // without it the work goes on, uncancelled
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#listening;
    await this.#receiver?.close();
  }

  async #listen(receiver: SteadyReceiver, running: Cancellable): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const deliveries = await receiver.receive(CONTROLS_PER_TURN, signal);
      if (deliveries.length === 0) continue;
      for (const { frame } of deliveries) this.#obey(frame, running);
      const settled = receiver.settle(deliveries.map((delivery) => ({ delivery, outcome: ACK })));
      // What could not be acknowledged may come again, and is obeyed again. Neither ends the listening, nor can it be waited for.
      if (isPromise(settled)) settled.then(undefined, () => undefined);
    }
  }

  #obey({ id, headers }: Frame, running: Cancellable): void {
    const what = headers?.[CONTROL];
    if (what !== "cancel" && what !== "cancel-derived") return;
    if (!running.cancel(id)) {
      this.#early.add(id);
      forgetOldest(this.#early);
    }
    if (what === "cancel") return;
    this.#roots.delete(id); // asked for again, it is the youngest
    this.#roots.set(id, this.#clock.now() + DERIVED_FOR_MS);
    forgetOldest(this.#roots);
    running.cancelDerived(id);
  }

  #isDerived({ id, headers }: Frame): boolean {
    const root = headers?.[ROOT];
    if (root === undefined || root === id) return false;
    const untilMs = this.#roots.get(root);
    return untilMs !== undefined && this.#clock.now() < untilMs;
  }
}

function forgetOldest(remembered: Set<string> | Map<string, unknown>): void {
  if (remembered.size <= MOST_REMEMBERED) return;
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest);
    return;
  }
}
