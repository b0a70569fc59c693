import type { Transferable } from "node:worker_threads";
import { type ErasedJob, isPromise, toWireError } from "@job-orch/core/substrate";
import { begin, Claim } from "../wire/claims.ts";
import { type Control, EXTRA, type Extra, headOf, jobOf, Kind, slotOf, TEXT } from "../wire/frames.ts";
import { Transferred } from "../wire/transfer.ts";
import { Asides } from "./asides.ts";
import { Attended } from "./attended.ts";
import { FULL, LONGEST_WAIT_MS, LONG_JOB_MS, MEMORY, LONGEST_TURN_MS, BUSY_MS, SHORT_MS, LOOK_EVERY } from "./pace.ts";
import { postOneByOne } from "./post-one-by-one.ts";
import type { RunnerOptions } from "./runner-options.ts";
import { unbegun } from "./unbegun.ts";
import { WorkerContext } from "./worker-context.ts";
import { yieldsUnasked } from "./yielding.ts";

/**
 * Runs a worker's requests: as many at once as it has places, in order, replies in batches. What waits here can be taken back
 * by the host until the moment it begins, also while a job blocks this thread.
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #attended: Attended;
  readonly #aside: Asides["add"];
  readonly #batches: (readonly unknown[])[] = [];
  /** Where reading goes on in the first batch. */
  #at = 0;
  readonly #contexts: (WorkerContext | undefined)[] = [];
  #active = 0;
  #replies: unknown[] = [0, 0];
  #transfers: Transferable[] = [];
  #running = false;
  #flushDue = false;
  #turnDue = false;
  #draining = false;
  #ending = false;
  /** Since when something runs. Units: milliseconds. */
  #busySinceMs = 0;
  /** When replies went out last, or began to wait. Units: milliseconds. */
  #flushedMs = 0;
  /** How long the longest job took, as far as it is remembered. Units: milliseconds. */
  #longestMs = 0;
  #ended = 0;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#attended = new Attended(options, {
      push: (head, body) => this.#replies.push(head, body),
      flush: () => this.flush(),
      soon: () => this.#flushSoon(),
    });
    this.#aside = new Asides({ toText: options.toText, say: (head, body) => this.#say(head, body) }).add;
  }

  /** Whether nothing runs, waits or is still to be said. */
  get isIdle(): boolean {
    return this.#active === 0 && this.#batches.length === 0 && this.#replies.length === 2;
  }

  /** Takes a batch of requests. */
  readonly take = (batch: readonly unknown[]): void => {
    this.#batches.push(batch);
    if (this.#draining) this.#skipAll(); // it was on its way when the host said so; what jobs borrow may be gone
    if (!this.#running && !this.#turnDue) this.#turn();
  };

  readonly tell = (control: Control): void => {
    if (control.control === "grant") return this.#attended.grant(control);
    if (control.control === "cancel") {
      const context = this.#contexts[control.slot];
      return context?.number === control.number ? context.abort(control.reason) : undefined;
    }
    this.#draining = true;
    this.#skipAll();
    if (!this.#running && !this.#turnDue) this.#turn();
  };

  /** Nobody wants any of what runs, and nothing more is begun. */
  readonly abandon = (reason: string): void => {
    this.#batches.length = this.#at = 0;
    this.#contexts.forEach((context) => context?.abort(reason));
  };

  #turn(): void {
    this.#running = true;
    let nowMs = performance.now();
    const beganMs = nowMs;
    if (this.#active === 0) this.#busySinceMs = nowMs;
    if (this.#replies.length === 2) this.#flushedMs = nowMs;
    let looks = 0;
    let every = 1;
    while (this.#active < this.#options.concurrency && this.#beginNext()) {
      if (this.#replies.length >= FULL) this.flush();
      if (++looks % every !== 0) continue;
      const beforeMs = nowMs;
      nowMs = performance.now();
      const tookMs = nowMs - beforeMs;
      every = tookMs < SHORT_MS * every ? LOOK_EVERY : 1;
      this.#longestMs = Math.max(tookMs, this.#longestMs * MEMORY);
      this.#flushIfDue(nowMs);
      if (nowMs - beganMs >= LONGEST_TURN_MS && this.#batches.length > 0) {
        this.#turnDue = true;
        setImmediate(this.#turnLater);
        break;
      }
    }
    this.#running = false;
    // Whoever is busy most often has more to say, or to read: what it said so far waits until it has looked.
    if (this.#active > 0 || (looks > 1 && nowMs - beganMs >= BUSY_MS)) this.#flushSoon();
    else this.flush();
    if (this.#draining) this.#endWhenDone();
  }

  readonly #turnLater = (): void => {
    this.#turnDue = false;
    this.#turn();
  };

  #flushIfDue(nowMs: number): void {
    if (nowMs - this.#flushedMs >= LONGEST_WAIT_MS || this.#longestMs >= LONG_JOB_MS) this.flush();
  }

  /** When the event loop has had its turn, unless a turn of ours is due then. */
  #flushSoon(): void {
    if (this.#flushDue || this.#replies.length === 2) return;
    this.#flushDue = true;
    setImmediate(this.#flushLater);
  }

  /** Begins the next request that the host did not take back; false when there is none. */
  #beginNext(): boolean {
    for (;;) {
      const batch = this.#batches[0];
      if (batch === undefined) return false;
      const head = batch[this.#at] as number;
      const number = batch[this.#at + 1] as number;
      const body = batch[this.#at + 2];
      const extra = (head & EXTRA) === 0 ? undefined : (batch[this.#at + 3] as Extra);
      this.#at += extra === undefined ? 3 : 4;
      if (this.#at >= batch.length) {
        this.#batches.shift();
        this.#at = 0;
      }
      const slot = slotOf(head);
      const { claims } = this.#options;
      if (claims !== undefined && !begin(claims, slot)) {
        this.#replies.push(headOf(Kind.Skipped, 0, 0, slot), undefined);
        continue;
      }
      this.#begin(head, slot, number, body, extra);
      return true;
    }
  }

  #begin(head: number, slot: number, number: number, body: unknown, extra: Extra | undefined): void {
    const { jobs, idPrefix } = this.#options;
    if (this.#options.announces) this.#say(headOf(Kind.Begun, 0, 0, slot), undefined);
    this.#active++;
    const context = new WorkerContext(number, idPrefix, extra, this.#aside, slot);
    this.#contexts[slot] = context;
    try {
      const job = jobs[jobOf(head)] as ErasedJob; // the host knows how many there are
      const request = (head & TEXT) === 0 ? body : JSON.parse(body as string);
      // Nothing to check and nothing to make: the job begins without a promise or a closure of ours.
      if (job.request === undefined && job.response === undefined && extra?.items === undefined && this.#attended.simple) {
        const returned = job.run(request, undefined, context);
        if (!isPromise(returned)) return this.#ok(slot, returned);
        this.#later(slot, returned);
      } else this.#later(slot, this.#attended.run(job, request, context, slot, extra?.items));
    } catch (error) {
      this.#failed(slot, error);
    }
  }

  #later(slot: number, returned: PromiseLike<unknown>): void {
    // Anything else that can be waited for is made a promise first: those of others may call back twice.
    void Promise.resolve(returned).then(
      (response) => {
        this.#ok(slot, response);
        this.#afterwards();
      },
      (error: unknown) => {
        this.#failed(slot, error);
        this.#afterwards();
      },
    );
  }

  /** A place is free again, outside a turn. */
  #afterwards(): void {
    if (this.#batches.length === 0) {
      if (this.#active === 0) this.flush();
      else this.#flushSoon();
      if (this.#draining) this.#endWhenDone();
    } else if (!this.#running) {
      if (this.#replies.length >= FULL) this.flush();
      else this.#flushIfDue(performance.now());
      if (!this.#turnDue) this.#turn();
    }
  }

  readonly #flushLater = (): void => {
    this.#flushDue = false;
    if (!this.#turnDue) this.flush();
    if (this.#draining) this.#endWhenDone();
  };

  #ok(slot: number, returned: unknown): void {
    const moves = returned instanceof Transferred;
    const body = moves ? returned.value : returned;
    let text: string | undefined;
    try {
      text = this.#options.toText(body);
    } catch (error) {
      return this.#failed(slot, yieldsUnasked(body) ?? error);
    }
    if (moves && text === undefined) return this.#move(slot, returned);
    this.#done(slot);
    if (text === undefined) {
      this.#replies.push(headOf(Kind.Ok, 0, 0, slot), body);
      // It is copied when it leaves, and the next job may write to it.
      if (typeof body === "object" && body !== null) this.flush();
    } else this.#replies.push(headOf(Kind.Ok, TEXT, 0, slot), text);
  }

  /** What moves goes out by itself: if it cannot, nobody else's reply is concerned. */
  #move(slot: number, { value, list }: Transferred<unknown>): void {
    this.flush();
    this.#done(slot);
    this.#replies.push(headOf(Kind.Ok, 0, 0, slot), value);
    this.#transfers = [...list];
    this.flush();
  }

  #failed(slot: number, thrown: unknown): void {
    this.#done(slot);
    this.#replies.push(headOf(Kind.Error, 0, 0, slot), toWireError(thrown));
  }

  #done(slot: number): void {
    const { claims } = this.#options;
    if (claims !== undefined) Atomics.store(claims, slot, Claim.Done);
    this.#contexts[slot]?.end();
    this.#contexts[slot] = undefined;
    this.#active--;
    this.#ended++;
  }

  #say(head: number, body: unknown): void {
    this.#replies.push(head, body);
    if (this.#replies.length >= FULL) return this.flush();
    if (this.#flushDue) return;
    this.#flushDue = true;
    queueMicrotask(this.#flushLater);
  }

  /** Says now what waits to be said: also for a worker that is about to end. */
  flush(): void {
    const replies = this.#replies;
    if (replies.length === 2) return;
    const nowMs = performance.now();
    replies[0] = Math.round((nowMs - this.#busySinceMs) * 1_000);
    replies[1] = this.#ended;
    this.#busySinceMs = this.#flushedMs = nowMs;
    this.#ended = 0;
    const transfers = this.#transfers;
    this.#replies = [0, 0];
    if (transfers.length > 0) this.#transfers = [];
    try {
      this.#options.post(replies, transfers);
    } catch {
      postOneByOne(this.#options.post, replies, transfers);
    }
  }

  /** What was not begun goes back to the host, if it can. */
  #skipAll(): void {
    const { replies, kept } = unbegun(this.#batches, this.#at, !this.#ending);
    this.#replies.push(...replies);
    this.#batches.splice(0, this.#batches.length, ...kept);
    this.#at = 0;
    this.flush();
  }

  #endWhenDone(): void {
    if (this.#ending || !this.isIdle) return;
    this.#ending = true;
    void this.#attended.dispose().then(this.#options.onDrained, this.#options.onDrained);
  }
}
