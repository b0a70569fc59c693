import { type ChannelSpec, OptionError, type Sends } from "@job-orch/core";
import { BroadcastChannel } from "./broadcast-channel.ts";
import type { Channel } from "./channel.ts";
import { checkFrames } from "./check-frames.ts";
import type { Home } from "./home.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Waiters } from "./waiters.ts";
import { WorkChannel } from "./work-channel.ts";

const NAME = /^[A-Za-z0-9_.\-/:]{1,200}$/;

/** The channels of one transport by name. They come with their first use and go when nobody uses them and nothing is in them. */
export class Channels {
  readonly #home: Home;
  readonly #work = new Map<string, WorkChannel>();
  readonly #broadcast = new Map<string, BroadcastChannel>();
  /** What `#target` found last: the settlements of one batch send to the same channel, time and again. */
  #lastName: string | undefined;
  #lastMode: ChannelSpec["mode"] = "work";
  #last: Channel | undefined;

  constructor(home: Home) {
    this.#home = home;
  }

  work(name: string): WorkChannel {
    let channel = this.#work.get(name);
    if (channel === undefined) {
      checkName(name);
      channel = new WorkChannel(name, this.#home);
      this.#work.set(name, channel);
      this.#changed();
    }
    return channel;
  }

  broadcast(name: string): BroadcastChannel {
    let channel = this.#broadcast.get(name);
    if (channel === undefined) {
      checkName(name);
      channel = new BroadcastChannel(name, this.#home);
      this.#broadcast.set(name, channel);
      this.#changed();
    }
    return channel;
  }

  /** Whether a broadcast reaches anybody. */
  hears(name: string): boolean {
    return this.#broadcast.get(name)?.heard === true;
  }

  of({ name, mode }: ChannelSpec): Channel {
    return mode === "work" ? this.work(name) : this.broadcast(name);
  }

  /** A user of a channel left. */
  release(channel: Channel): void {
    channel.users--;
    if (!channel.idle) return;
    const map: Map<string, Channel> = channel instanceof WorkChannel ? this.#work : this.#broadcast;
    if (map.get(channel.name) === channel) map.delete(channel.name);
    this.#changed();
  }

  /**
   * Who to wait with until all of these go in at once; `undefined`: they do now. A newcomer also waits for those who wait.
   *
   * Errors: `ERR_OPTION` when a newcomer's channel or frames make no sense.
   */
  lacking(sends: readonly Sends[], newcomer: boolean): Waiters | undefined {
    for (const { channel, frames } of sends) {
      if (newcomer) checkFrames(frames);
      const target = this.#target(channel);
      if (target === undefined) continue;
      if (!target.fits(frames) || (newcomer && target.waiters.size > 0)) return target.waiters;
    }
    return undefined;
  }

  /** Sends; the caller has seen to the room. */
  accept(sends: readonly Sends[]): void {
    for (const { channel, frames } of sends) this.#target(channel)?.accept(frames);
  }

  /** The mailbox that an inspection means: of a work channel by its name, of a group as `channel@group`. */
  inspected(name: string): Mailbox | undefined {
    const at = name.indexOf("@"); // no channel has one in its name
    return at < 0 ? this.#work.get(name)?.mailbox : this.#broadcast.get(name.slice(0, at))?.inspected(name.slice(at + 1));
  }

  /** Lets everything go: who waits for room hears of it, who waits for frames gets none. */
  close(error: Error): void {
    for (const channel of [...this.#work.values(), ...this.#broadcast.values()]) {
      for (const mailbox of channel.mailboxes()) mailbox.close();
      channel.waiters.failAll(error);
    }
    this.#work.clear();
    this.#broadcast.clear();
    this.#changed();
  }

  /** Frames for a broadcast channel that nobody opened go nowhere. */
  #target({ name, mode }: ChannelSpec): Channel | undefined {
    if (name !== this.#lastName || mode !== this.#lastMode) {
      this.#last = mode === "work" ? this.work(name) : this.#broadcast.get(name);
      this.#lastName = name;
      this.#lastMode = mode;
    }
    return this.#last;
  }

  #changed(): void {
    this.#lastName = undefined;
    this.#last = undefined;
  }
}

function checkName(name: string): void {
  if (!NAME.test(name)) throw new OptionError(`"${name}" is no name for a channel; it takes 1 to 200 characters of A-Z a-z 0-9 _ . - / :`);
}
