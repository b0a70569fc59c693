import { ClosedError, type Frame, ReceiveError } from "@job-orch/core";
import { Subject, type Subscription } from "rxjs";
import type { Channel } from "./channel.ts";
import { Group } from "./group.ts";
import type { Home } from "./home.ts";
import { Mailbox } from "./mailbox.ts";
import { Waiters } from "./waiters.ts";

const TOO_SLOW = "The receiver was cut off: it took less than was sent until its mailbox was full";

/** Names of groups that a channel remembers to have given up; the oldest are forgotten first. */
const MOST_GIVEN_UP = 1_000;

type Listen = (frames: readonly Frame[]) => void;

/** A Subject of batches, with a mailbox for each group and for each receiver without one. */
export class BroadcastChannel implements Channel {
  readonly name: string;
  readonly waiters = new Waiters();
  users = 0;
  readonly #groups = new Map<string, Group>();
  /** Groups that were given up and do not know yet: how many frames they missed. */
  readonly #givenUp = new Map<string, number>();
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
    return this.users + this.#listeners.size + this.#givenUp.size === 0;
  }

  get heard(): boolean {
    return this.#listeners.size > 0;
  }

  roomFor(frames: readonly Frame[], from: number): number {
    const blocking = this.#blocking;
    let room = frames.length - from;
    for (let index = 0; index < blocking.length; index++) {
      const mailbox = blocking[index] as Mailbox;
      const left = mailbox.roomFor(frames, from);
      if (left < room && !this.#giveUp(mailbox)) room = left;
    }
    return room;
  }

  fits(frames: readonly Frame[]): boolean {
    const blocking = this.#blocking;
    for (let index = 0; index < blocking.length; index++) {
      const mailbox = blocking[index] as Mailbox;
      if (!mailbox.fits(frames) && !this.#giveUp(mailbox)) return false;
    }
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

  /** What waits for a group; `undefined` when there is none of this name. */
  inspected(group: string): Mailbox | undefined {
    return this.#groups.get(group)?.mailbox;
  }

  /**
   * A member joins a group, which is there from its first member on and stays when they leave.
   *
   * Errors: `ERR_RECEIVE`, once, when the group was given up while nobody was there.
   */
  join(name: string): Group {
    const missed = this.#givenUp.get(name);
    if (missed !== undefined) {
      this.#givenUp.delete(name);
      const cause = new ClosedError(`The group "${name}" was given up: it was full and nobody received for it; it missed ${missed} frames`);
      throw new ReceiveError(this.name, { retry: "later", cause });
    }
    const group = this.#groups.get(name) ?? this.#found(name);
    group.join();
    return group;
  }

  /** A mailbox for one receiver without a group. */
  subscribe(): Mailbox {
    const mailbox = new Mailbox({ home: this.#home, keepsEnded: false, waiters: this.waiters });
    const { slow } = this.#home.settings;
    const listen: Listen = (frames) => {
      if (slow === "block" || mailbox.roomFor(frames, 0) === frames.length || mailbox.awaits(frames.length)) mailbox.accept(frames);
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

  #found(name: string): Group {
    const group = new Group(name, this.#home, this.waiters);
    const { mailbox } = group;
    this.#groups.set(name, group);
    this.#add(mailbox, (frames) => mailbox.accept(frames), true);
    return group;
  }

  /** Ends a group that is full and abandoned; false when it is not a group, or somebody may still come for it. */
  #giveUp(mailbox: Mailbox): boolean {
    for (const group of this.#groups.values()) {
      if (group.mailbox !== mailbox || !group.abandoned) continue;
      this.#groups.delete(group.name);
      this.#givenUp.set(group.name, mailbox.waiting);
      for (const [oldest] of this.#givenUp) if (this.#givenUp.size > MOST_GIVEN_UP) this.#givenUp.delete(oldest);
      group.close();
      this.unsubscribe(mailbox);
      return true;
    }
    return false;
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
