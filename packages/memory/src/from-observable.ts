import { type MpSend, SendError } from "@job-orch/core";
import type { Observable, Subscription } from "rxjs";
import { whole } from "./options.ts";

export interface FromObservableOptions {
  /** Stops: unsubscribes, and rejects with its reason. */
  readonly signal?: AbortSignal;
  /** How many sends may be on their way at once; 1 keeps the order also when sends fail. Range: integer ≥ 1. Default 64. */
  readonly concurrency?: number;
  /**
   * How many values may wait for their send. An Observable cannot be told to slow down, so one that runs further ahead
   * is given up with `ERR_SEND`. Range: integer ≥ 0. Default 65,536.
   */
  readonly buffer?: number;
}

/**
 * Sends every value of an Observable.
 *
 * Promise: resolves when it has completed and every value was accepted. Rejects with the first failure: the
 *          Observable's, a send's (`ERR_SEND`, `ERR_CLOSED` …), or the signal's reason; it is unsubscribed then, and no
 *          send is still on its way.
 */
export function fromObservable<Message>(
  observable: Observable<Message>,
  sender: MpSend<Message>,
  options: FromObservableOptions = {},
): Promise<void> {
  return new Forwarding(sender, options).run(observable);
}

class Forwarding<Message> {
  readonly #sender: MpSend<Message>;
  readonly #signal: AbortSignal | undefined;
  readonly #concurrency: number;
  readonly #most: number;
  readonly #done = Promise.withResolvers<void>();
  #subscription: Subscription | undefined;
  #waiting: Message[] = [];
  #next = 0;
  #underWay = 0;
  #completed = false;
  #failed: { readonly error: unknown } | undefined;

  constructor(sender: MpSend<Message>, { signal, concurrency = 64, buffer = 65_536 }: FromObservableOptions) {
    this.#sender = sender;
    this.#signal = signal;
    this.#concurrency = whole("concurrency", concurrency, 1, 1_000_000);
    this.#most = whole("buffer", buffer, 0, 2 ** 30);
  }

  async run(observable: Observable<Message>): Promise<void> {
    const signal = this.#signal;
    signal?.throwIfAborted();
    const abort = (): void => this.#fail(signal?.reason);
    signal?.addEventListener("abort", abort);
    this.#subscription = observable.subscribe({
      next: (value) => this.#take(value),
      error: (error: unknown) => this.#fail(error),
      complete: () => {
        this.#completed = true;
        this.#look();
      },
    });
    if (this.#failed !== undefined) this.#subscription.unsubscribe(); // it failed while it was subscribed to
    try {
      await this.#done.promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  #take(value: Message): void {
    if (this.#failed !== undefined) return;
    if (this.#underWay < this.#concurrency) this.#send(value);
    else if (this.#waiting.length - this.#next < this.#most) this.#waiting.push(value);
    else
      this.#fail(
        new SendError("fromObservable", { retry: "later", why: `the Observable is more than ${this.#most} values ahead of the channel` }),
      );
  }

  #send(value: Message): void {
    this.#underWay++;
    let sent: Promise<void>;
    try {
      sent = this.#sender.send(value, this.#signal === undefined ? {} : { signal: this.#signal });
    } catch (error) {
      sent = Promise.reject(error);
    }
    sent.then(this.#sent, this.#notSent);
  }

  readonly #sent = (): void => {
    this.#underWay--;
    this.#look();
  };

  readonly #notSent = (error: unknown): void => {
    this.#underWay--;
    this.#fail(error);
  };

  /** Sends what waits, or ends when nothing is left. */
  #look(): void {
    while (this.#failed === undefined && this.#underWay < this.#concurrency && this.#next < this.#waiting.length) {
      const value = this.#waiting[this.#next++] as Message;
      if (this.#next * 2 > this.#waiting.length) {
        this.#waiting = this.#waiting.slice(this.#next);
        this.#next = 0;
      }
      this.#send(value);
    }
    if (this.#underWay > 0) return;
    if (this.#failed !== undefined) this.#done.reject(this.#failed.error);
    else if (this.#completed && this.#next === this.#waiting.length) this.#done.resolve();
  }

  #fail(error: unknown): void {
    this.#failed ??= { error };
    this.#waiting = [];
    this.#next = 0;
    this.#subscription?.unsubscribe();
    this.#look();
  }
}
