import { ClosedError, type Frame, ReceiveError } from "@job-orch/core";
import { Subject, type Subscription } from "rxjs";
import type { Channel } from "./channel.ts";
import type { Home } from "./home.ts";
import { Mailbox } from "./mailbox.ts";
import { Waiters } from "./waiters.ts";

const TOO_SLOW = "The receiver was cut off: it took less than was sent until its mailbox was full";

/** A Subject of batches, with a mailbox for each group and for each receiver without one. */
export class BroadcastChannel implements Channel {
  readonly name: string;
  readonly waiters = new Waiters();
  readonly groups = new Map<string, Mailbox>();
  users = 0;
  readonly #home: Home;
  readonly #frames = new Subject<readonly Frame[]>();
  readonly #anonymous = new Map<Mailbox, Subscription>();
  /** Those that make senders wait when they are full. */
  readonly #blocking = new Set<Mailbox>();

  constructor(name: string, home: Home) {
    this.name = name;
    this.#home = home;
  }

  get idle(): boolean {
    return this.users + this.groups.size + this.#anonymous.size === 0;
  }

  roomFor(frames: readonly Frame[], from: number): number {
    let room = frames.length - from;
    for (const mailbox of this.#blocking) room = Math.min(room, mailbox.roomFor(frames, from));
    return room;
  }

  fits(frames: readonly Frame[]): boolean {
    for (const mailbox of this.#blocking) if (!mailbox.fits(frames)) return false;
    return true;
  }

  accept(frames: readonly Frame[]): void {
    this.#frames.next(frames);
  }

  *mailboxes(): Iterable<Mailbox> {
    yield* this.groups.values();
    yield* this.#anonymous.keys();
  }

  /** The mailbox of a group, from its first member on; it stays when the members leave. */
  group(name: string): Mailbox {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const mailbox = new Mailbox({ home: this.#home, keepsEnded: true, waiters: this.waiters });
    this.groups.set(name, mailbox);
    this.#blocking.add(mailbox);
    this.#frames.subscribe((frames) => mailbox.accept(frames));
    return mailbox;
  }

  /** A mailbox for one receiver without a group. */
  subscribe(): Mailbox {
    const mailbox = new Mailbox({ home: this.#home, keepsEnded: false, waiters: this.waiters });
    const { slow } = this.#home.settings;
    if (slow === "block") this.#blocking.add(mailbox);
    const subscription = this.#frames.subscribe((frames) => {
      if (slow === "block" || mailbox.roomFor(frames, 0) === frames.length) mailbox.accept(frames);
      else if (slow === "drop-oldest") squeeze(mailbox, frames);
      else this.unsubscribe(mailbox, new ReceiveError(this.name, { retry: "later", cause: new ClosedError(TOO_SLOW) }));
    });
    this.#anonymous.set(mailbox, subscription);
    return mailbox;
  }

  /** Lets go of a mailbox without a group, and of what is in it. */
  unsubscribe(mailbox: Mailbox, error?: Error): void {
    this.#anonymous.get(mailbox)?.unsubscribe();
    this.#anonymous.delete(mailbox);
    this.#blocking.delete(mailbox);
    mailbox.close(error);
    this.waiters.flush();
  }
}

/** Makes room by dropping what is oldest; what cannot be placed even so is dropped itself. */
function squeeze(mailbox: Mailbox, frames: readonly Frame[]): void {
  for (const frame of frames) {
    const one = [frame];
    while (mailbox.roomFor(one, 0) === 0 && mailbox.dropOldest());
    if (mailbox.roomFor(one, 0) === 1) mailbox.accept(one);
  }
}
