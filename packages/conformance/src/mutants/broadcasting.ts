import { type ChannelSpec, type Frame, TooLargeError } from "@job-orch/core";
import type { Entry } from "../reference/entry.ts";
import type { ReferenceOptions } from "../reference/options.ts";
import type { ReferenceQueue } from "../reference/queue.ts";
import { ReferenceReceiver } from "../reference/receiver.ts";
import { type ReferenceHarnessOptions, referenceHarness } from "../reference/reference-harness.ts";
import { ReferenceStore } from "../reference/store.ts";
import { plainReference } from "../reference/variants.ts";
import { type Mutant, part } from "./mutant.ts";

/** A mutant of the backend. */
function store(
  name: string,
  breaks: Mutant["breaks"],
  Store: new (options: ReferenceOptions) => ReferenceStore,
  options: ReferenceHarnessOptions = {},
): Mutant {
  return { name, breaks, make: () => referenceHarness({ ...options, makeStore: (own) => new Store(own) }) };
}

class Competes extends ReferenceStore {
  #turn = 0;
  override accept(channel: ChannelSpec, frames: readonly Frame[]): void {
    const queues = this.queuesOf(channel);
    for (const frame of frames) queues[this.#turn++ % queues.length]?.accept([frame]);
  }
}

class HeadOfLine extends ReferenceStore {
  override fullQueue(channel: ChannelSpec, frames: number): ReferenceQueue | undefined {
    if (channel.mode === "work") return super.fullQueue(channel, frames);
    return this.queuesOf(channel).find(({ entries }) => entries.some(({ holder }) => holder !== undefined));
  }
}

class LateGetsOld extends ReferenceStore {
  readonly #old = new Map<string, Frame[]>();
  override accept(channel: ChannelSpec, frames: readonly Frame[]): void {
    super.accept(channel, frames);
    this.#old.set(channel.name, [...(this.#old.get(channel.name) ?? []), ...frames]);
  }
  override subscribe(channel: ChannelSpec, group: string | undefined): ReferenceQueue {
    const queue = super.subscribe(channel, group);
    if (channel.mode === "broadcast" && group === undefined) queue.accept(this.#old.get(channel.name) ?? []);
    return queue;
  }
}

class KeepsUnheard extends ReferenceStore {
  readonly #unheard = new Map<string, Frame[]>();
  override accept(channel: ChannelSpec, frames: readonly Frame[]): void {
    if (this.queuesOf(channel).length === 0) this.#unheard.set(channel.name, [...frames]);
    super.accept(channel, frames);
  }
  override subscribe(channel: ChannelSpec, group: string | undefined): ReferenceQueue {
    const queue = super.subscribe(channel, group);
    queue.accept(this.#unheard.get(channel.name) ?? []);
    return queue;
  }
}

class NeverUnsubscribes extends ReferenceStore {
  override unsubscribe(): void {}
}

class GroupIgnored extends ReferenceStore {
  override subscribe(channel: ChannelSpec): ReferenceQueue {
    return super.subscribe(channel, undefined);
  }
}

class GroupsCompete extends ReferenceStore {
  override queuesOf(channel: ChannelSpec): ReferenceQueue[] {
    const queues = super.queuesOf(channel);
    const { size } = this.broadcast(channel.name).groups;
    return channel.mode === "work" || size === 0 ? queues : queues.slice(size - 1);
  }
}

class NoGroupsNoRefusal extends ReferenceStore {
  override needs(has: boolean, power: string): void {
    if (power !== "groups") super.needs(has, power);
  }
}

/** What one receiver retries is sent to the channel anew. */
class RetriesToAll extends ReferenceReceiver {
  override close(entry: Entry, outcome: Parameters<ReferenceReceiver["close"]>[1]): void {
    if (outcome.kind === "retry") {
      for (const { groups, anonymous } of this.store.broadcasts.values()) {
        for (const queue of [...groups.values(), ...anonymous]) if (queue !== this.queue) queue.accept([entry.frame]);
      }
    }
    super.close(entry, outcome);
  }
}

/** What a receiver of a broadcast held when it closed goes to the others. */
class HeldGoesOn extends ReferenceReceiver {
  override giveBack(): void {
    const frames = [...this.held].map(({ frame }) => frame);
    for (const { anonymous } of this.store.broadcasts.values()) for (const queue of anonymous) queue.accept(frames);
    super.giveBack();
  }
}

/** A group is forgotten with its last member. */
class GroupForgets extends ReferenceReceiver {
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    for (const { groups } of this.store.broadcasts.values()) {
      for (const [name, queue] of groups) if (queue === this.queue) groups.delete(name);
    }
  }
}

/** What the first receive of a restarted server takes is taken twice. */
class Resubscribes extends ReferenceStore {
  #doubled = false;
  override async bounce(downMs: number): Promise<void> {
    await super.bounce(downMs);
    this.#doubled = true;
  }
  override accept(channel: ChannelSpec, frames: readonly Frame[]): void {
    super.accept(channel, frames);
    if (this.#doubled && channel.mode === "broadcast") super.accept(channel, frames);
  }
}

class RestartLoses extends ReferenceStore {
  override async bounce(downMs: number): Promise<void> {
    await super.bounce(downMs);
    for (const queue of this.work.values()) queue.entries.splice(0);
  }
}

class DownForGood extends ReferenceStore {
  override whileDown(): Promise<void> {
    return super.whileDown(new AbortController().signal);
  }
  override bounce(downMs: number): Promise<void> {
    return super.bounce(100 * downMs);
  }
}

class FullBlocksAll extends ReferenceStore {
  override fullQueue(channel: ChannelSpec, frames: number): ReferenceQueue | undefined {
    return super.fullQueue(channel, frames) ?? [...this.work.values()].find(({ room }) => room < frames);
  }
}

class Unbounded extends ReferenceStore {
  override fullQueue(): undefined {
    return undefined;
  }
}

/** Waits on although the transport closed. */
class WaitsOn extends ReferenceStore {
  override roomFor(sends: Parameters<ReferenceStore["roomFor"]>[0]): Promise<void> {
    return super.roomFor(sends, new AbortController().signal);
  }
}

class AcceptsTooLarge extends ReferenceStore {
  override check(): void {}
}

class OffByOne extends ReferenceStore {
  override check(channel: ChannelSpec, frames: readonly Frame[]): void {
    const { maxFrameBytes } = this.settings.capabilities;
    for (const { body } of frames) if (sizeOf(body) === maxFrameBytes) throw new TooLargeError(channel.name, maxFrameBytes, maxFrameBytes);
    super.check(channel, frames);
  }
}

function sizeOf(body: unknown): number {
  return body instanceof Uint8Array ? body.byteLength : -1;
}

class TooLargeCloses extends ReferenceStore {
  #broken = false;
  override check(channel: ChannelSpec, frames: readonly Frame[]): void {
    if (this.#broken) super.needs(false, "connection");
    try {
      super.check(channel, frames);
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }
}

const late = /deliveries came within/;

export const broadcasting: readonly Mutant[] = [
  store("fanout-competes", { "SPI-FAN-01": late }, Competes),
  store("fanout-head-of-line: a receiver that stalls holds up the channel", { "SPI-FAN-04": /a send is accepted: not within/ }, HeadOfLine),
  store("late-gets-old", { "SPI-FAN-06": /it came after these were sent, but 3 came/ }, LateGetsOld),
  store("broadcast-keeps-what-nobody-heard", { "SPI-FAN-07": /nobody was listening then, but/ }, KeepsUnheard),
  store("anonymous-left-behind", { "SPI-FAN-08": /10 things are left/ }, NeverUnsubscribes),
  store("group-ignored: members are anonymous receivers", { "SPI-GRP-01": late, "SPI-GRP-02": /more than once|were acked/ }, GroupIgnored),
  store("groups-compete: only the last group gets frames", { "SPI-GRP-03": late }, GroupsCompete),
  part(
    "retries-to-all: a retry is a new broadcast",
    { "SPI-FAN-05": /not its business, but/, "SPI-GRP-04": /not its business, but/ },
    () => ({ Receiver: RetriesToAll }),
  ),
  part("broadcast-held-goes-on", { "SPI-FAN-09": /has had these, but/ }, () => ({ Receiver: HeldGoesOn })),
  part("group-forgets: a group is gone with its last member", { "SPI-GRP-01": late, "SPI-GRP-06": late }, () => ({
    Receiver: GroupForgets,
  })),
  {
    name: "group-taken-for-anonymous",
    breaks: { "SPI-GRP-07": /it did not fail/ },
    make: () => plainReference({ makeStore: (own) => new NoGroupsNoRefusal(own) }),
  },
  store("reconnect-double-subscribes", { "SPI-REC-02": /sent once, but/ }, Resubscribes),
  store("restart-loses-accepted", { "SPI-REC-01": /accepted frames were lost/ }, RestartLoses),
  store("down-ignores-abort", { "SPI-REC-03": /ends although the server is down: not within/ }, DownForGood),
  store("full-blocks-all: one full channel holds up the others", { "SPI-BPR-03": /a send is accepted: not within/ }, FullBlocksAll),
  store(
    "unbounded-buffer",
    {
      "SPI-BPR-01": /accepted by a channel that was full/,
      "SPI-BPR-02": /full/,
      "SPI-BPR-04": /full/,
      "SPI-BPR-05": /were kept for a receiver/,
    },
    Unbounded,
  ),
  store(
    "waits-on: a send goes on waiting when it is aborted or its transport closes",
    { "SPI-BPR-02": /rejects: not within/, "SPI-BPR-04": /not within/ },
    WaitsOn,
  ),
  store("too-large-accepted", { "SPI-LIM-01": /it did not fail/, "SPI-TRX-04": /it did not fail/ }, AcceptsTooLarge),
  store("limit-off-by-one", { "SPI-LIM-02": /over the/ }, OffByOne),
  store("too-large-closes: the connection is of no use afterwards", { "SPI-LIM-01": /connection/ }, TooLargeCloses),
];
