import { type ChannelSpec, type Frame, type Sends, TooLargeError, UnsupportedError } from "@job-orch/core";
import { Changes } from "./changes.ts";
import { type ReferenceOptions, type Settings, toSettings } from "./options.ts";
import type { ReferenceQueue } from "./queue.ts";

interface Broadcast {
  readonly groups: Map<string, ReferenceQueue>;
  readonly anonymous: Set<ReferenceQueue>;
}

/** The backend: what is left when all connections are closed. */
export class ReferenceStore {
  readonly settings: Settings;
  readonly work = new Map<string, ReferenceQueue>();
  readonly broadcasts = new Map<string, Broadcast>();
  readonly #ups = new Changes();
  #down = false;

  constructor(options: ReferenceOptions = {}) {
    this.settings = toSettings(options);
  }

  /** Errors: `ERR_TOO_LARGE`, `ERR_UNSUPPORTED`. */
  check(channel: ChannelSpec, frames: readonly Frame[]): void {
    const { capabilities } = this.settings;
    for (const { body, options } of frames) {
      if (body instanceof Uint8Array && body.byteLength > capabilities.maxFrameBytes) {
        throw new TooLargeError(channel.name, capabilities.maxFrameBytes, body.byteLength);
      }
      this.needs(capabilities.delay || options?.dueMs === undefined, "delay");
      this.needs(capabilities.priority || options?.priority === undefined, "priority");
      this.needs(capabilities.dedupe || options?.dedupe === undefined, "dedupe");
      this.needs(capabilities.ordered === "key" || options?.orderKey === undefined, "ordered");
    }
  }

  needs(has: boolean, power: string): void {
    if (!has) throw new UnsupportedError(`The reference has no '${power}' capability here`);
  }

  /** Where the frames of a channel go. */
  queuesOf({ name, mode }: ChannelSpec): ReferenceQueue[] {
    if (mode === "work") return [this.workQueue(name)];
    const { groups, anonymous } = this.broadcast(name);
    return [...groups.values(), ...anonymous];
  }

  workQueue(name: string): ReferenceQueue {
    const known = this.work.get(name);
    if (known !== undefined) return known;
    const queue = new this.settings.parts.Queue(this.settings);
    this.work.set(name, queue);
    return queue;
  }

  broadcast(name: string): Broadcast {
    const known = this.broadcasts.get(name);
    if (known !== undefined) return known;
    const broadcast: Broadcast = { groups: new Map(), anonymous: new Set() };
    this.broadcasts.set(name, broadcast);
    return broadcast;
  }

  /** The queue that a receiver reads from. */
  subscribe({ name, mode }: ChannelSpec, group: string | undefined): ReferenceQueue {
    if (mode === "work") return this.workQueue(name);
    const { groups, anonymous } = this.broadcast(name);
    const known = group === undefined ? undefined : groups.get(group);
    if (known !== undefined) return known;
    const queue = new this.settings.parts.Queue(this.settings);
    if (group === undefined) anonymous.add(queue);
    else groups.set(group, queue);
    return queue;
  }

  unsubscribe(name: string, queue: ReferenceQueue): void {
    this.broadcasts.get(name)?.anonymous.delete(queue);
  }

  /** Waits until work channels and groups have room; an anonymous receiver that has none is cut off, so that it holds up nobody. */
  async roomFor(sends: readonly Sends[], signal: AbortSignal): Promise<void> {
    for (const { channel, frames } of sends) this.check(channel, frames);
    for (;;) {
      const full = sends.map(({ channel, frames }) => this.fullQueue(channel, frames.length)).find((queue) => queue !== undefined);
      if (full === undefined || signal.aborted) return;
      await full.changes.next(signal);
    }
  }

  fullQueue(channel: ChannelSpec, frames: number): ReferenceQueue | undefined {
    return this.queuesOf(channel).find((queue) => queue.room < frames && !this.cutOff(channel, queue));
  }

  cutOff({ name, mode }: ChannelSpec, queue: ReferenceQueue): boolean {
    if (mode === "work" || this.broadcasts.get(name)?.anonymous.delete(queue) !== true) return false;
    queue.broken = true;
    queue.changes.tell();
    return true;
  }

  accept(channel: ChannelSpec, frames: readonly Frame[]): void {
    for (const queue of this.queuesOf(channel)) queue.accept(frames);
  }

  /** The server goes away for a while. */
  async bounce(downMs: number): Promise<void> {
    this.#down = true;
    await new Promise<void>((resolve) => this.settings.clock.after(downMs, resolve));
    this.#down = false;
    this.#ups.tell();
  }

  async whileDown(signal: AbortSignal): Promise<void> {
    while (this.#down && !signal.aborted) await this.#ups.next(signal);
  }

  /** How many queues there are for anonymous receivers. */
  get anonymousQueues(): number {
    let count = 0;
    for (const { anonymous } of this.broadcasts.values()) count += anonymous.size;
    return count;
  }
}
