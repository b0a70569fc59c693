import { type Awaitable, type BatchReceive, JobError, type McReceive } from "@job-orch/core";
import { Observable, type Subscriber } from "rxjs";

const MESSAGES_PER_PULL = 256;
/** How long messages are passed on without letting timers and I/O have a turn. Units: milliseconds. */
const LONGEST_TURN_MS = 10;

/**
 * What a receiver gets, as an Observable: every subscriber gets every message from its subscription on.
 *
 * One loop pulls for all subscribers, in batches where the receiver can. It starts with the first subscriber, at the end
 * of the turn so that those who subscribe together miss nothing, and stops when the last one leaves: until then, and
 * after, messages wait in the receiver's bounded mailbox. The next batch is pulled when the subscribers have been called
 * with this one, so what they do in `next` slows the loop and not the memory.
 *
 * Completes when the receiver is disposed. Errors as its `receive` does. It does not dispose the receiver.
 */
export function toObservable<Message>(receiver: McReceive<Message>): Observable<Message> {
  const pump = pumpOf(receiver);
  return new Observable((subscriber) => {
    pump.join(subscriber);
    return () => pump.leave(subscriber);
  });
}

/** One per receiver, so that what it pulled and nobody has seen goes to the next subscriber and not astray. */
const pumps = new WeakMap<object, Pump<never>>();

function pumpOf<Message>(receiver: McReceive<Message>): Pump<Message> {
  const known = pumps.get(receiver) as Pump<Message> | undefined;
  if (known !== undefined) return known;
  const pump = new Pump(receiver);
  pumps.set(receiver, pump as Pump<never>);
  return pump;
}

/** Pulls from one receiver for all who subscribed. */
class Pump<Message> {
  readonly #pull: (signal: AbortSignal) => Awaitable<readonly Message[]>;
  #subscribers: readonly Subscriber<Message>[] = [];
  #stop: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  /** Pulled, and from `#next` on not yet seen by anyone. */
  #batch: readonly Message[] = [];
  #next = 0;

  constructor(receiver: McReceive<Message>) {
    this.#pull = canBatch(receiver)
      ? (signal) => receiver.receiveBatch(MESSAGES_PER_PULL, { signal })
      : async (signal) => [await receiver.receive({ signal })];
  }

  join(subscriber: Subscriber<Message>): void {
    this.#subscribers = [...this.#subscribers, subscriber];
    if (this.#stop !== undefined) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#running = this.#running.then(() => this.#run(stop.signal)); // two loops never pull at once
  }

  leave(subscriber: Subscriber<Message>): void {
    this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
    if (this.#subscribers.length > 0) return;
    this.#stop?.abort();
    this.#stop = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      let turnStartedMs = performance.now();
      while (!signal.aborted) {
        if (this.#next === this.#batch.length) {
          const got = this.#pull(signal);
          this.#keep(isPromise(got) ? await got : got);
          if (this.#batch.length === 0) return this.#finish(signal);
        }
        this.#pass(signal);
        if (performance.now() - turnStartedMs < LONGEST_TURN_MS) continue;
        await new Promise((resolve) => setImmediate(resolve));
        turnStartedMs = performance.now();
      }
    } catch (error) {
      this.#finish(signal, error);
    }
  }

  #keep(batch: readonly Message[]): void {
    this.#batch = batch;
    this.#next = 0;
  }

  /** Shows the batch to everyone. A subscriber that leaves in between does not take the rest with it. */
  #pass(signal: AbortSignal): void {
    const batch = this.#batch;
    while (this.#next < batch.length && !signal.aborted) {
      const message = batch[this.#next++] as Message;
      const subscribers = this.#subscribers;
      for (let index = 0; index < subscribers.length; index++) (subscribers[index] as Subscriber<Message>).next(message);
    }
  }

  /** The receiver has no more: everyone hears of it, unless everyone has left anyway. */
  #finish(signal: AbortSignal, error?: unknown): void {
    if (signal.aborted) return;
    const subscribers = this.#subscribers;
    this.#subscribers = [];
    this.#stop = undefined;
    const closed = error === undefined || (JobError.is(error) && error.code === "ERR_CLOSED");
    for (const subscriber of subscribers) closed ? subscriber.complete() : subscriber.error(error);
  }
}

function canBatch<Message>(receiver: McReceive<Message>): receiver is BatchReceive<Message> {
  return "receiveBatch" in receiver && typeof receiver.receiveBatch === "function";
}

function isPromise<Value>(value: Awaitable<Value>): value is PromiseLike<Value> {
  return typeof value === "object" && value !== null && "then" in value;
}
