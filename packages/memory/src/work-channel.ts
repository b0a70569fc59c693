import type { Frame } from "@job-orch/core";
import type { Channel } from "./channel.ts";
import type { Home } from "./home.ts";
import { Mailbox } from "./mailbox.ts";
import { Waiters } from "./waiters.ts";

/** One mailbox that all receivers take from. */
export class WorkChannel implements Channel {
  readonly name: string;
  readonly waiters = new Waiters();
  readonly mailbox: Mailbox;
  users = 0;

  constructor(name: string, home: Home) {
    this.name = name;
    this.mailbox = new Mailbox({ home, keepsEnded: true, waiters: this.waiters });
  }

  get idle(): boolean {
    const { waiting, lent, paused, ended } = this.mailbox;
    return this.users === 0 && waiting + lent + ended.size === 0 && !paused;
  }

  roomFor(frames: readonly Frame[], from: number): number {
    return this.mailbox.roomFor(frames, from);
  }

  fits(frames: readonly Frame[]): boolean {
    return this.mailbox.fits(frames);
  }

  accept(frames: readonly Frame[]): void {
    this.mailbox.accept(frames);
  }

  mailboxes(): Iterable<Mailbox> {
    return [this.mailbox];
  }
}
