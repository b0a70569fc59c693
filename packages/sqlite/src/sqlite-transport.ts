import type { ChannelSpec, Control, Frame, Inspect, ReceiveOptions, Receiver, Sender, Transport } from "@job-orch/core";
import { ClosedError, OptionError } from "@job-orch/core";
import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { type SqliteCapabilities, toCapabilities } from "./capabilities.ts";
import { checkChannel } from "./check-frames.ts";
import { checkText } from "./check-queries.ts";
import { SqliteControl } from "./control.ts";
import { Feeds } from "./feeds.ts";
import { SqliteInspect } from "./inspect.ts";
import { type Groups, removeGroup } from "./groups.ts";
import type { Source } from "./loan.ts";
import { Maintenance } from "./maintenance.ts";
import { TaskOp } from "./op.ts";
import { type Settings, type SqliteOptions, toSettings, whole } from "./options.ts";
import { Owner } from "./owner.ts";
import { enqueue, type SendTx } from "./send-tx.ts";
import { toStoreError } from "./sqlite-errors.ts";
import { SqliteReceiver } from "./sqlite-receiver.ts";
import { SqliteSender } from "./sqlite-sender.ts";
import { Store } from "./store.ts";
import { subscribe, unsubscribe } from "./subscriptions.ts";
import type { Transaction } from "./transaction.ts";
import { Turn } from "./turn.ts";
import { Wake } from "./wake.ts";

/**
 * A transport on a SQLite file, which any number of processes of one host may share. It does nothing before its first sender,
 * receiver or look into the store.
 *
 * Range:  `path` is a file path, or `":memory:"` for a store that ends with the transport.
 * Errors: `ERR_OPTION`. Opening reports `ERR_STORE` and `ERR_CONNECTION`.
 *
 * @example
 * const transport = sqlite("jobs.db");
 */
export function sqlite(path: string, options: SqliteOptions = {}): SqliteTransport {
  return new SqliteTransport(toSettings(path === ":memory:" ? path : toPath(path), options));
}

function toPath(path: string): string {
  return typeof path === "string" && path.length > 0 ? resolve(path) : path;
}

/** Made by `sqlite`. */
export class SqliteTransport implements Transport<SqliteCapabilities>, Inspect, Control, Groups, SendTx {
  readonly name = "sqlite";
  readonly capabilities: SqliteCapabilities;
  readonly depth: Inspect["depth"];
  readonly list: Inspect["list"];
  readonly history: Inspect["history"];
  readonly redrive: Control["redrive"];
  readonly remove: Control["remove"];
  readonly pause: Control["pause"];
  readonly cancel: Control["cancel"];
  readonly #settings: Settings;
  readonly #store: Store;
  readonly #owner: Owner;
  readonly #feeds: Feeds;
  readonly #wake: Wake;
  readonly #turn: Turn;
  readonly #maintenance: Maintenance;
  readonly #senders = new Set<SqliteSender>();
  readonly #receivers = new Set<SqliteReceiver>();
  readonly #openings = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.capabilities = toCapabilities(settings);
    this.#store = new Store(settings);
    this.#owner = new Owner(settings);
    this.#feeds = new Feeds(this.#owner, settings.clock, () => this.#turn.schedule());
    this.#wake = new Wake({
      pollMs: settings.pollMs,
      file: settings.exclusive ? undefined : () => this.#store.changingFile,
      look: () => this.#lookForChanges(),
    });
    this.#turn = new Turn({ store: this.#store, feeds: this.#feeds, wake: this.#wake });
    this.#maintenance = new Maintenance(this.#store, this.#turn, this.#feeds);
    const inspect = new SqliteInspect(this.#store, this.#turn);
    const control = new SqliteControl(this.#store, this.#turn);
    ({ depth: this.depth, list: this.list, history: this.history } = inspect);
    ({ redrive: this.redrive, remove: this.remove, pause: this.pause, cancel: this.cancel } = control);
  }

  readonly sender = (channel: ChannelSpec, signal: AbortSignal): Promise<Sender> => this.#tracked(this.#openSender(channel, signal));

  readonly receiver = (channel: ChannelSpec, options: ReceiveOptions, signal: AbortSignal): Promise<Receiver> =>
    this.#tracked(this.#openReceiver(channel, options, signal));

  readonly removeGroup = async (channel: string, group: string): Promise<boolean> => {
    checkChannel({ name: channel, mode: "broadcast" });
    checkText("group", group);
    await this.#open();
    const removed = await this.#task((tx) => removeGroup(tx, channel, group));
    if (removed) this.#maintenance.clear();
    return removed;
  };

  readonly enqueue = (db: DatabaseSync, channel: ChannelSpec, frames: readonly Frame[]): void =>
    enqueue(this.#settings, db, channel, frames);

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #openSender(channel: ChannelSpec, signal: AbortSignal): Promise<Sender> {
    checkChannel(channel);
    await this.#open(signal);
    const onClose = (closed: SqliteSender): boolean => this.#senders.delete(closed);
    const sender = new SqliteSender({ channel, turn: this.#turn, settings: this.#settings, onClose });
    this.#senders.add(sender);
    return sender;
  }

  async #openReceiver(channel: ChannelSpec, options: ReceiveOptions, signal: AbortSignal): Promise<Receiver> {
    checkChannel(channel);
    if (typeof options !== "object" || options === null)
      throw new OptionError("The receive options are no object; they take { leaseMs, maxInFlight }");
    const { group, maxInFlight } = options;
    whole("maxInFlight", maxInFlight, 1);
    if (group !== undefined) checkText("group", group);
    if (group !== undefined && (channel.mode === "work" || group === "")) {
      throw new OptionError(
        channel.mode === "work" ? `"group" is for broadcast channels; "${channel.name}" is a work channel` : '"group" is empty',
      );
    }
    await this.#open(signal);
    const source = await this.#task((tx) => subscribe(tx, channel, group, this.#owner.enter(tx)));
    this.#owner.startBeating();
    const receiver = this.#receiver(source, maxInFlight);
    if (!signal.aborted && !this.#isClosing) return receiver;
    await receiver[Symbol.asyncDispose]();
    signal.throwIfAborted();
    throw this.#closedError();
  }

  /** What is being opened while the transport closes is waited for: it notices by itself. */
  #tracked<Opened>(opening: Promise<Opened>): Promise<Opened> {
    const settled: Promise<unknown> = opening.then(
      () => this.#openings.delete(settled),
      () => this.#openings.delete(settled),
    );
    this.#openings.add(settled);
    return opening;
  }

  #receiver(source: Source, maxInFlight: number): SqliteReceiver {
    const feed = this.#feeds.join(source);
    const receiver = new SqliteReceiver({
      feed,
      turn: this.#turn,
      settings: this.#settings,
      maxInFlight,
      onWaiting: () => this.#waitingChanged(),
      onClose: async (closed) => {
        this.#receivers.delete(closed);
        this.#feeds.leave(feed);
        if (source.kind !== "anonymous") return;
        await this.#task((tx) => unsubscribe(tx, source)).catch(() => undefined); // then it goes with our beat
        this.#maintenance.clear();
      },
    });
    this.#receivers.add(receiver);
    return receiver;
  }

  async #open(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#isClosing) throw this.#closedError();
    await this.#store.open();
    signal?.throwIfAborted();
    if (this.#isClosing) throw this.#closedError();
    this.#maintenance.start();
  }

  get #isClosing(): boolean {
    return this.#closing !== undefined;
  }

  #task<Value>(work: (tx: Transaction) => Value): Promise<Value> {
    const op = new TaskOp(work, (error) => toStoreError(this.#settings.path, error));
    this.#turn.add(op);
    return op.promise;
  }

  #lookForChanges(): boolean {
    const { sql } = this.#store;
    try {
      if (sql !== undefined && !this.#wake.changed(sql)) return false;
    } catch {
      // the turn runs into the same and deals with it
    }
    this.#feeds.allDirty();
    this.#turn.schedule();
    return true;
  }

  #waitingChanged(): void {
    this.#wake.waiting = this.#feeds.waiting || this.#turn.blocked;
  }

  /** Hands back what is held, without charge, and leaves no trace but what is stored. */
  async #close(): Promise<void> {
    this.#turn.hurry();
    await Promise.all(this.#openings);
    this.#feeds.close();
    await Promise.all(Array.from([...this.#senders, ...this.#receivers], (end) => end[Symbol.asyncDispose]()));
    await this.#maintenance.stop();
    await this.#owner.stopBeating(); // before leaving: a beat would enter us again
    if (this.#store.sql !== undefined) await this.#task((tx) => this.#owner.leave(tx)).catch(() => undefined);
    this.#turn.stop(this.#closedError());
    this.#wake.waiting = false;
    await this.#store.close();
  }

  #closedError(): ClosedError {
    return new ClosedError(`The transport on "${this.#settings.path}" is closed`);
  }
}
