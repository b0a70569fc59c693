import {
  type Capabilities,
  type ChannelSpec,
  ClosedError,
  type Control,
  type Inspect,
  OptionError,
  type ReceiveOptions,
  type Transport,
} from "@job-orch/core";
import { controlOf } from "./control.ts";
import { inspectOf } from "./inspect.ts";
import type { ReferenceQueue } from "./queue.ts";
import type { ReferenceReceiver } from "./receiver.ts";
import type { ReferenceSender } from "./sender.ts";
import type { ReferenceStore } from "./store.ts";

/** How long it takes to notice that a process is dead. Units: milliseconds. */
const DEATH_NOTICED_MS = 1_000;

/** One connection to a `ReferenceStore`. */
export class ReferenceTransport implements Transport {
  readonly name = "reference";
  readonly capabilities: Capabilities;
  readonly store: ReferenceStore;
  readonly receivers = new Set<ReferenceReceiver>();
  readonly #senders = new Set<ReferenceSender>();
  #closed = false;

  constructor(store: ReferenceStore) {
    this.store = store;
    this.capabilities = store.settings.capabilities;
  }

  readonly sender = async (channel: ChannelSpec, signal: AbortSignal): Promise<ReferenceSender> => {
    this.#check(signal);
    const sender = new this.store.settings.parts.Sender(channel, this.store);
    this.#senders.add(sender);
    return sender;
  };

  readonly receiver = async (channel: ChannelSpec, options: ReceiveOptions, signal: AbortSignal): Promise<ReferenceReceiver> => {
    this.#check(signal);
    const { group } = options;
    this.store.needs(this.capabilities.groups || group === undefined, "groups");
    if (group !== undefined && channel.mode === "work") throw new OptionError(`The work channel "${channel.name}" has no groups`);
    await this.store.whileDown(signal);
    this.#check(signal); // it may have been closed meanwhile
    return this.#subscribe(channel, options, this.store.subscribe(channel, group));
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#senders, ...this.receivers].map((end) => end[Symbol.asyncDispose]()));
  }

  /** What SIGKILL does to the process that this connection is in. */
  die(): void {
    this.#closed = true;
    const { lease } = this.capabilities;
    const leaseMs = lease === "delivery" ? Number.POSITIVE_INFINITY : lease === "process" ? DEATH_NOTICED_MS : 0;
    for (const receiver of this.receivers) receiver.die(leaseMs);
    for (const sender of this.#senders) void sender[Symbol.asyncDispose]();
  }

  #subscribe(channel: ChannelSpec, options: ReceiveOptions, queue: ReferenceQueue): ReferenceReceiver {
    const onClose = (receiver: ReferenceReceiver): void => {
      this.receivers.delete(receiver);
      if (channel.mode === "broadcast") this.store.unsubscribe(channel.name, queue);
    };
    const receiver = new this.store.settings.parts.Receiver({ channel: channel.name, queue, store: this.store, options, onClose });
    this.receivers.add(receiver);
    return receiver;
  }

  #check(signal: AbortSignal): void {
    signal.throwIfAborted();
    if (this.#closed) throw new ClosedError("The reference transport is closed");
  }
}

/** The same, letting one look into its store and act on it. */
export class InspectableReferenceTransport extends ReferenceTransport implements Inspect, Control {
  readonly depth: Inspect["depth"];
  readonly list: Inspect["list"];
  readonly history: Inspect["history"];
  readonly redrive: Control["redrive"];
  readonly remove: Control["remove"];
  readonly pause: Control["pause"];
  readonly cancel: Control["cancel"];

  constructor(store: ReferenceStore) {
    super(store);
    ({ depth: this.depth, list: this.list, history: this.history } = inspectOf(store));
    ({ redrive: this.redrive, remove: this.remove, pause: this.pause, cancel: this.cancel } = controlOf(store));
  }
}
