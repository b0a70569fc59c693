import type { Awaitable, WireError } from "@job-orch/core";
import { CancelledError, DecodeError, UnsupportedError } from "@job-orch/core";
import type { ErasedJob } from "@job-orch/core/substrate";
import { Kind, kindOf, Runner, slotOf } from "@job-orch/link";
import { FrameParser } from "../protocol/frame-parser.ts";
import { type Cap, HOST_OPS } from "../protocol/ops.ts";
import { Outbox } from "../protocol/outbox.ts";
import { readPayload } from "../protocol/payload.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { Answers } from "./answers.ts";
import { CREDIT, greeting } from "./greeting.ts";
import { Pace } from "./pace.ts";
import { RequestQueue } from "./request-queue.ts";

/** Jobs that never wait let other events have a turn after this. Units: milliseconds. */
const LONGEST_TURN_MS = 2;
/** An answer waits no longer than this for others, as far as jobs give it the chance. Units: milliseconds. */
const LONGEST_WAIT_MS = 1;

export interface LineWorkerOptions {
  readonly name: string;
  readonly jobs: readonly ErasedJob[];
  readonly resources: (() => Awaitable<unknown>) | undefined;
  readonly concurrency: number;
  readonly offered: readonly Cap[];
  /** Whether a request is only begun when the host can know of it, whatever happens then; short ones are announced together otherwise. */
  readonly acksEach: boolean;
  /** Whether prints of the program can get between the frames. */
  readonly shared: boolean;
  readonly write: (chunk: string | Uint8Array) => void;
  /** Everything is said that will be. */
  readonly onEnd: () => void;
}

/**
 * The protocol's worker side above the runner of `@job-orch/link`: frames in, requests run, frames out. Answers whatever one
 * read brought with one write.
 */
export class LineWorker {
  readonly #options: LineWorkerOptions;
  readonly #outbox: Outbox;
  readonly #parser: FrameParser;
  readonly #runner: Runner;
  readonly #queue: RequestQueue;
  readonly #answers: Answers;
  readonly #acks: boolean;
  readonly #pace: Pace;
  #turnEndsMs = 0;
  #flushedMs = 0;
  #flushDue = false;
  #feeding = false;
  #turnDue = false;
  #draining = false;
  #held = false;
  /** Announced, and not begun because the announcement has not left yet. */
  #announced: readonly unknown[] | undefined;
  /** Its frame has not come yet. */
  #attachment: { readonly id: number; readonly bytes: Buffer } | undefined;

  constructor(options: LineWorkerOptions) {
    const { jobs, resources, concurrency, offered, acksEach, shared, write, onEnd } = options;
    this.#options = options;
    this.#acks = offered.includes("ack");
    this.#pace = new Pace(this.#acks && acksEach);
    this.#queue = new RequestQueue(jobs, concurrency + this.#pace.most);
    this.#outbox = new Outbox(write, { separated: shared && offered.includes("rs") });
    this.#answers = new Answers(this.#outbox, { tags: offered.includes("tags"), bin: offered.includes("bin") });
    this.#parser = new FrameParser({
      onFrame: (op, id, rest) => this.#hear(op, id, rest),
      ...(offered.includes("bin") ? { onAttachment: (id: number, bytes: Buffer) => this.#keep(id, bytes) } : undefined),
    });
    this.#runner = new Runner({
      jobs,
      resources,
      concurrency,
      claims: this.#queue.claims,
      idPrefix: `${process.pid}-`,
      toText: this.#answers.toText,
      announces: false, // this side knows better when it can be said
      post: (batch) => this.#answer(batch),
      onDrained: () => {
        this.#outbox.flush();
        onEnd();
      },
    });
  }

  start(): void {
    const { name, jobs, offered, shared } = this.#options;
    this.#outbox.add(greeting(name, jobs, offered, shared));
    this.#outbox.flush();
  }

  /** Bytes from the host. Errors: those of the protocol; the worker ends then. */
  read(chunk: Uint8Array): void {
    this.#turnEndsMs = performance.now() + LONGEST_TURN_MS;
    this.#parser.push(chunk);
    if (!this.#turnDue) this.#feed();
  }

  /** Finishes what has begun, hands back the rest, says so, and ends. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#beginAnnounced();
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#outbox.add(`T ${next.id} 1`);
    this.#runner.tell({ control: "drain" });
    this.#outbox.flush();
  }

  /** Nobody hears any more: jobs are told to stop. */
  abandon(reason: string): void {
    for (const { slot, number } of this.#queue.begun()) this.#runner.tell({ control: "cancel", slot, number, reason });
    this.drain();
  }

  /** The host reads too slowly, or does again. */
  hold(held: boolean): void {
    this.#held = held;
    if (held) return;
    this.#beginAnnounced();
    this.#feed();
  }

  #hear(op: number, id: number, rest: string): void {
    switch (op) {
      case HOST_OPS.run:
        return this.#enqueue(id, rest);
      case HOST_OPS.meta:
        return this.#queue.describe(id, readPayload(rest, this.#parser.suspicious));
      case HOST_OPS.cancel:
        return this.#cancel(id);
      case HOST_OPS.grant:
        return this.#grant(id, Number(rest));
      case HOST_OPS.takeBack:
        if (!this.#queue.takeBack(id, "taken")) this.#outbox.add(`T ${id} ${this.#queue.remove(id) ? 1 : 0}`);
        return;
      case HOST_OPS.ping:
        return this.#outbox.add(`O ${id}`);
      case HOST_OPS.drain:
        return this.drain();
      default: // newer hosts may say more
    }
  }

  #keep(id: number, bytes: Buffer): void {
    if (this.#attachment !== undefined) throw new ProtocolError("The host sent an attachment before the frame of the one before it");
    this.#attachment = { id, bytes };
  }

  #enqueue(id: number, rest: string): void {
    const attachment = this.#attachment;
    if (attachment?.id === id) this.#attachment = undefined;
    const space = rest.indexOf(" ");
    const job = space === -1 ? rest : rest.slice(0, space);
    if (this.#draining) return this.#outbox.add(`T ${id} 1`);
    if (this.#queue.open >= CREDIT) throw new ProtocolError(`The host has more than ${CREDIT} requests open`);
    try {
      const given = space === -1 ? "" : rest.slice(space + 1);
      const request = given === "" && attachment?.id === id ? attachment.bytes : readPayload(given, this.#parser.suspicious);
      if (!this.#queue.push(id, job, request))
        this.#answers.fail(id, new UnsupportedError(`This worker has no job "${job.slice(0, 100)}"`));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#answers.fail(id, error);
    }
  }

  #cancel(id: number): void {
    const reason = "The host cancelled the request";
    if (this.#queue.takeBack(id, "cancelled")) return; // the runner says when it gets there
    if (this.#queue.remove(id)) return this.#answers.fail(id, new CancelledError(reason));
    const begun = this.#queue.find(id);
    if (begun !== undefined) this.#runner.tell({ control: "cancel", ...begun, reason });
  }

  /** There is nothing more to be told of one that has ended. */
  #grant(id: number, items: number): void {
    const begun = this.#queue.find(id);
    if (begun !== undefined && items > 0) this.#runner.tell({ control: "grant", ...begun, items });
  }

  /** Begins what there is room for: many short jobs at once, one that waits per place. */
  readonly #feed = (): void => {
    if (this.#feeding || this.#held) return;
    this.#feeding = true;
    let nowMs = performance.now();
    while (this.#queue.waiting > 0 && !this.#held) {
      const { running } = this.#queue;
      const places = Math.min(this.#options.concurrency - running, this.#pace.most);
      const room = Math.max(places, running === 0 ? this.#pace.atOnce : 0);
      if (room <= 0) break;
      if (running === 0) this.#pace.begin(nowMs);
      const batch = this.#queue.take(room, this.#acks ? this.#outbox : undefined);
      if (this.#acks) this.#flush(nowMs); // said before it begins, or it would be lost with a crash
      if (this.#held && this.#pace.most === 1) {
        this.#announced = batch;
        break;
      }
      this.#runner.take(batch);
      nowMs = performance.now();
      if (this.#queue.running === 0) this.#pace.end(nowMs);
      if (nowMs - this.#flushedMs >= LONGEST_WAIT_MS) this.#flush(nowMs);
      if (nowMs >= this.#turnEndsMs && this.#queue.waiting > 0) {
        this.#takeTurns();
        break;
      }
    }
    this.#feeding = false;
    if (this.#queue.running === 0) this.#flush(nowMs);
    else this.#flushSoon();
  };

  #beginAnnounced(): void {
    const batch = this.#announced;
    this.#announced = undefined;
    if (batch !== undefined) this.#runner.take(batch);
  }

  /** Goes on when other events had theirs. */
  #takeTurns(): void {
    if (this.#turnDue) return;
    this.#turnDue = true;
    setImmediate(this.#nextTurn);
  }

  readonly #nextTurn = (): void => {
    this.#turnDue = false;
    this.#turnEndsMs = performance.now() + LONGEST_TURN_MS;
    this.#feed();
  };

  #flush(nowMs: number): void {
    this.#flushedMs = nowMs;
    this.#outbox.flush();
  }

  /** When no promise is left that can go on by itself: jobs that wait for nothing else are answered together. */
  #flushSoon(): void {
    if (this.#flushDue) return;
    this.#flushDue = true;
    process.nextTick(this.#flushDueNow);
  }

  readonly #flushDueNow = (): void => {
    this.#flushDue = false;
    // What is left waits for something else, and so do those behind it: they have not begun after all.
    if (this.#queue.running > this.#options.concurrency) {
      this.#queue.withdraw(this.#acks ? this.#outbox : undefined);
      this.#pace.slow();
    }
    this.#flush(performance.now());
  };

  /** What the runner says: two numbers about its time, then a head and a body each. */
  #answer(batch: readonly unknown[]): void {
    for (let at = 2; at < batch.length; at += 2) this.#say(batch[at] as number, batch[at + 1]);
    if (this.#feeding) return;
    const nowMs = performance.now();
    if (this.#queue.running === 0) this.#pace.end(nowMs);
    if (nowMs - this.#flushedMs >= LONGEST_WAIT_MS) this.#flush(nowMs);
    else this.#flushSoon();
    if (this.#queue.waiting === 0 || this.#turnDue) return;
    if (nowMs >= this.#turnEndsMs) this.#takeTurns();
    else this.#feed();
  }

  #say(head: number, body: unknown): void {
    const slot = slotOf(head);
    switch (kindOf(head)) {
      case Kind.Ok:
        return this.#answers.respond(this.#queue.release(slot), body);
      case Kind.Error:
        return this.#answers.failed(this.#queue.release(slot), body as WireError);
      case Kind.Item:
        return this.#answers.item(this.#queue.idOf(slot), body);
      case Kind.Progress:
        return this.#answers.report("G", this.#queue.idOf(slot), body);
      case Kind.Log:
        return this.#answers.report("L", this.#queue.idOf(slot), body);
      case Kind.Skipped: {
        const why = this.#queue.whySkipped(slot);
        const id = this.#queue.release(slot);
        if (why === "withdrawn") return;
        if (why === "cancelled") this.#answers.fail(id, new CancelledError("The host cancelled the request"));
        else this.#outbox.add(`T ${id} 1`);
      }
    }
  }
}
