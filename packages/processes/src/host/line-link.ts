import { toWireError } from "@job-orch/core/substrate";
import { type Control, EXTRA, type Extra, headOf, type Hello, jobOf, Kind, slotOf, TEXT, type WorkerLink } from "@job-orch/link";
import { HostReader, type HostReaderOptions, type Saying } from "../protocol/host-reader.ts";
import { HostWriter } from "../protocol/host-writer.ts";
import type { Hello as LineHello } from "../protocol/hello.ts";
import { type Cap, WORKER_OPS } from "../protocol/ops.ts";
import { ProtocolError, VersionError } from "../protocol/protocol-error.ts";
import { GiveBack } from "./give-back.ts";
import type { Broken, LineLinkOptions } from "./line-link-options.ts";
import { Liveness } from "./liveness.ts";
import { OpenIds } from "./open-ids.ts";
import { OpenStreams } from "./open-streams.ts";
import { ServiceTime } from "./service-time.ts";
import { logText, toLog, toMeta } from "./words.ts";

/** What the host takes beyond answers. */
export const OFFERED: readonly Cap[] = ["ack", "bin", "rs", "stream", "tags"];
/** So much is written at once, however much more is to come: a write costs more than a request, but the worker can begin. */
const ENOUGH_CHARS = 16_384;

/** A worker behind the line protocol. Slots of the pool are ids of the protocol, from 1. Source: docs/protocol.md */
export class LineLink implements WorkerLink {
  readonly #options: LineLinkOptions;
  readonly #reader: HostReader;
  #writer: HostWriter | undefined;
  #hello: LineHello | undefined;
  readonly #open = new OpenIds();
  readonly #streams = new OpenStreams();
  readonly #giveBack: GiveBack;
  /** Begun in what is being read. Most of them end in it as well, and nobody has to hear that they began. */
  readonly #begun: number[] = [];
  #replies: unknown[] = [0, 0];
  #ended = 0;
  readonly #time = new ServiceTime();
  #broken = false;
  #flushDue = false;
  readonly #liveness: Liveness;

  constructor(options: LineLinkOptions) {
    this.#options = options;
    const { shared, events } = options;
    const readerOptions: HostReaderOptions = { offered: OFFERED };
    this.#reader = new HostReader(
      {
        onHello: (hello) => this.#greet(hello),
        onFrame: (op, id, value) => this.#hear(op, id, value),
        onRefused: (op, id, why) => this.#refused(op, id, why),
        ...(shared ? { onStray: (line: string) => events.onOutput("stdout", line) } : undefined),
      },
      readerOptions,
    );
    this.#giveBack = new GiveBack({
      place: options.place ?? 0,
      balance: options.balance,
      open: this.#open,
      events,
      ask: (ids) => {
        for (const id of ids) this.#writer?.takeBack(id);
        this.#writer?.flush();
      },
    });
    this.#liveness = new Liveness(options.liveness ?? {}, {
      // One that is busy answers when it is done, unless somebody stopped it.
      isJudged: () => {
        const caps = this.#hello?.caps;
        if (caps?.has("ping") !== true) return false;
        return !caps.has("busy") || this.#open.size === 0 || options.isStopped?.() === true;
      },
      ping: (token) => {
        this.#writer?.ping(token);
        this.#writer?.flush();
      },
      onDead: () => this.#break({ hung: true }),
    });
  }

  /** Bytes from the worker. */
  read(chunk: Uint8Array): void {
    if (this.#broken) return;
    this.#liveness.heard();
    try {
      this.#reader.push(chunk);
    } catch (error) {
      return error instanceof VersionError ? this.#sendAway(error) : this.#break({ error: error as Error });
    } finally {
      this.#deliver();
    }
    this.#liveness.noteUnfinished(this.#reader.unfinished);
  }

  /** Nothing more will be read or written. */
  close(): void {
    this.#broken = true;
    this.#liveness.stop();
    this.#giveBack.down();
  }

  readonly send = (batch: readonly unknown[]): void => {
    const writer = this.#writer;
    if (writer === undefined) return;
    const first = this.#open.size === 0;
    if (first) this.#time.begin();
    const { jobs } = this.#options;
    for (let at = 0; at < batch.length;) {
      const head = batch[at] as number;
      const body = batch[at + 2];
      const id = slotOf(head) + 1;
      const job = jobs[jobOf(head)] as string;
      const extra = (head & EXTRA) === 0 ? undefined : (batch[at + 3] as Extra);
      at += extra === undefined ? 3 : 4;
      try {
        if (extra?.items !== undefined) this.#streams.open(id, extra.items, this.#hello);
        if (extra !== undefined && this.#hello?.caps.has("meta") === true) writer.meta(id, toMeta(extra));
        if ((head & TEXT) !== 0) writer.runText(id, job, body as string);
        else {
          writer.run(id, job, body);
          this.#giveBack.fix(id);
        }
        this.#open.add(id);
      } catch (error) {
        this.#refuseLater(id, error);
      }
    }
    this.#giveBack.given(first);
    if (writer.pendingChars >= ENOUGH_CHARS) return writer.flush();
    if (this.#flushDue) return;
    this.#flushDue = true;
    process.nextTick(this.#flushDueNow); // callers who go on in this turn may have more
  };

  readonly #flushDueNow = (): void => {
    this.#flushDue = false;
    if (!this.#broken) this.#writer?.flush();
  };

  readonly tell = (control: Control): void => {
    const writer = this.#writer;
    if (control.control === "cancel") {
      if (writer === undefined || this.#hello?.caps.has("cancel") !== true) return;
      writer.cancel(control.slot + 1);
      return writer.flush();
    }
    if (control.control === "grant") {
      if (writer === undefined || !this.#streams.grant(control.slot + 1, control.items)) return;
      writer.grant(control.slot + 1, control.items);
      return writer.flush();
    }
    if (writer !== undefined && this.#hello?.caps.has("drain") === true) {
      writer.drain(this.#options.drainMs);
      writer.flush();
      return;
    }
    writer?.flush();
    this.#options.carrier.end(); // the end of its input is what every worker understands
  };

  readonly kill = (): void => this.#options.carrier.kill();

  readonly setRef = (ref: boolean): void => this.#options.carrier.setRef(ref);

  #greet(hello: LineHello): void {
    this.#hello = hello;
    this.#writer = new HostWriter(this.#options.carrier.write, hello.caps);
    const { jobs, events } = this.#options;
    this.#giveBack.up(hello.credit, hello.caps.has("steal") && hello.caps.has("ack"));
    // It knows them by name: their order is the pool's.
    const served = jobs.every((job) => hello.jobs.includes(job)) ? jobs : hello.jobs;
    const ready: Hello = { hello: true, jobs: served, credit: hello.credit, tellsBegun: hello.caps.has("ack") };
    events.onReady(ready);
  }

  #hear(op: Saying, id: number, value: unknown): void {
    switch (op) {
      case WORKER_OPS.response:
        return this.#end(id, Kind.Ok, value);
      case WORKER_OPS.failure:
        return this.#end(id, Kind.Error, value);
      case WORKER_OPS.begun:
        return value === 0 ? this.#unbegin(id) : this.#open.begin(id, value as number, this.#begun);
      case WORKER_OPS.taken:
        return value === true ? this.#takeBack(id) : this.#giveBack.kept(id);
      case WORKER_OPS.progress:
        return this.#say(id, Kind.Progress, value);
      case WORKER_OPS.log:
        if (id === 0) this.#options.events.onOutput("stderr", logText(value));
        else this.#say(id, Kind.Log, toLog(value));
        return;
      case WORKER_OPS.credit:
        if (id === 0) this.#giveBack.takes(value as number);
        return;
      case WORKER_OPS.item:
        if (this.#open.has(id) && this.#streams.take(id)) this.#say(id, Kind.Item, value);
        return;
      case WORKER_OPS.ask:
        return; // this host did not offer to hear them
      case WORKER_OPS.pong: // any frame is a sign of life
    }
  }

  #end(id: number, kind: number, value: unknown): void {
    if (!this.#close(id)) return;
    this.#giveBack.ended(id);
    this.#ended++;
    const broken = this.#streams.end(id);
    if (broken !== undefined) this.#replies.push(headOf(Kind.Error, 0, 0, id - 1), broken);
    else this.#replies.push(headOf(kind, 0, 0, id - 1), value);
  }

  #takeBack(id: number): void {
    this.#streams.end(id);
    if (this.#close(id) && !this.#giveBack.cameBack(id)) this.#replies.push(headOf(Kind.Skipped, 0, 0, id - 1), undefined);
  }

  /** False when it was answered already. */
  #close(id: number): boolean {
    if (this.#open.delete(id)) return true;
    if (this.#open.knows(id)) return false;
    throw new ProtocolError(`The worker answered request ${id}, which it was never sent`);
  }

  #say(id: number, kind: number, value: unknown): void {
    if (this.#open.has(id)) this.#replies.push(headOf(kind, 0, 0, id - 1), value);
  }

  #unbegin(id: number): void {
    const at = this.#begun.indexOf(id);
    if (at !== -1) this.#begun.splice(at, 1);
    else if (this.#open.has(id)) this.#replies.push(headOf(Kind.Begun, 0, 0, id - 1), false);
    this.#open.unbegin(id);
  }

  #refused(op: Saying, id: number, why: Error): void {
    if (op === WORKER_OPS.response || op === WORKER_OPS.failure) this.#end(id, Kind.Error, toWireError(why, { stack: false }));
    else if (op === WORKER_OPS.item && this.#open.has(id) && this.#streams.fail(id, toWireError(why, { stack: false }))) {
      this.#writer?.cancel(id); // what its caller hears in the end is why
      this.#writer?.flush();
    }
  }

  /** What cannot be sent is answered from here, but not from within the sending. */
  #refuseLater(id: number, error: unknown): void {
    this.#open.add(id);
    queueMicrotask(() => {
      this.#end(id, Kind.Error, toWireError(error, { stack: false }));
      this.#deliver();
    });
  }

  #deliver(): void {
    for (const id of this.#begun) this.#say(id, Kind.Begun, undefined);
    this.#begun.length = 0;
    for (const id of this.#giveBack.takeBack()) this.#replies.push(headOf(Kind.Skipped, 0, 0, id - 1), undefined);
    if (this.#replies.length === 2) return;
    const replies = this.#replies;
    const ended = this.#ended;
    replies[0] = this.#time.ended(ended, this.#open.size);
    replies[1] = ended;
    this.#ended = 0;
    this.#replies = [0, 0];
    this.#giveBack.beforeBatch();
    this.#options.events.onBatch(replies);
    this.#giveBack.afterBatch(ended);
  }

  #break(why: Broken): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#liveness.stop();
    this.#options.onBroken(why);
  }

  /** It speaks another version: it hears so, and that nothing else will come. */
  #sendAway(error: VersionError): void {
    const { carrier } = this.#options;
    const writer = new HostWriter(carrier.write, new Set());
    writer.refuse("version");
    writer.flush();
    carrier.end();
    this.#break({ error, told: true });
  }
}
