import { ClosedError, type Frame, ReceiveError } from "@job-orch/core";
import { Subject, type Subscription } from "rxjs";
import type { Channel } from "./channel.ts";
import type { Home } from "./home.ts";
import { Mailbox } from "./mailbox.ts";
import { Waiters } from "./waiters.ts";

const TOO_SLOW = "The receiver was cut off: it took less than was sent until its mailbox was full";

type Listen = (frames: readonly Frame[]) => void;

/** A Subject of batches, with a mailbox for each group and for each receiver without one. */
export class BroadcastChannel implements Channel {
  readonly name: string;
  readonly waiters = new Waiters();
  readonly groups = new Map<string, Mailbox>();
  users = 0;
  readonly #home: Home;
  readonly #frames = new Subject<readonly Frame[]>();
  /** Everyone who listens. */
  readonly #listeners = new Map<Mailbox, { readonly listen: Listen; readonly subscription: Subscription }>();
  /** The only one who listens: called without the Subject, which costs more than the mailbox behind it. */
  #only: Listen | undefined;
  /** Those that make senders wait when they are full. */
  #blocking: readonly Mailbox[] = [];

  constructor(name: string, home: Home) {
    this.name = name;
    this.#home = home;
  }

  get idle(): boolean {
    return this.users + this.#listeners.size === 0;
  }

  get heard(): boolean {
    return this.#listeners.size > 0;
  }

  roomFor(frames: readonly Frame[], from: number): number {
    const blocking = this.#blocking;
    let room = frames.length - from;
    for (let index = 0; index < blocking.length; index++) room = Math.min(room, (blocking[index] as Mailbox).roomFor(frames, from));
    return room;
  }

  fits(frames: readonly Frame[]): boolean {
    const blocking = this.#blocking;
    for (let index = 0; index < blocking.length; index++) if (!(blocking[index] as Mailbox).fits(frames)) return false;
    return true;
  }

  accept(frames: readonly Frame[]): void {
    const only = this.#only;
    if (only === undefined) this.#frames.next(frames);
    else only(frames);
  }

  mailboxes(): Iterable<Mailbox> {
    return this.#listeners.keys();
  }

  /** The mailbox of a group, from its first member on; it stays when the members leave. */
  group(name: string): Mailbox {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const mailbox = new Mailbox({ home: this.#home, keepsEnded: true, waiters: this.waiters });
    this.groups.set(name, mailbox);
    this.#add(mailbox, (frames) => mailbox.accept(frames), true);
    return mailbox;
  }

  /** A mailbox for one receiver without a group. */
  subscribe(): Mailbox {
    const mailbox = new Mailbox({ home: this.#home, keepsEnded: false, waiters: this.waiters });
    const { slow } = this.#home.settings;
    const listen: Listen = (frames) => {
      if (slow === "block" || mailbox.roomFor(frames, 0) === frames.length) mailbox.accept(frames);
      else if (slow === "drop-oldest") squeeze(mailbox, frames);
      else this.unsubscribe(mailbox, new ReceiveError(this.name, { retry: "later", cause: new ClosedError(TOO_SLOW) }));
    };
    this.#add(mailbox, listen, slow === "block");
    return mailbox;
  }

  /** Lets go of a mailbox without a group, and of what is in it. */
  unsubscribe(mailbox: Mailbox, error?: Error): void {
    this.#listeners.get(mailbox)?.subscription.unsubscribe();
    this.#listeners.delete(mailbox);
    this.#blocking = this.#blocking.filter((other) => other !== mailbox);
    this.#findOnly();
    mailbox.close(error);
    this.waiters.flush();
  }

  #add(mailbox: Mailbox, listen: Listen, blocking: boolean): void {
    if (blocking) this.#blocking = [...this.#blocking, mailbox];
    this.#listeners.set(mailbox, { listen, subscription: this.#frames.subscribe(listen) });
    this.#findOnly();
  }

  #findOnly(): void {
    const [first, second] = this.#listeners.values();
    this.#only = second === undefined ? first?.listen : undefined;
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
