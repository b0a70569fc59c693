import type { Home } from "./home.ts";
import { Mailbox } from "./mailbox.ts";
import type { Timed } from "./timers.ts";
import type { Waiters } from "./waiters.ts";

/** A group of a broadcast channel: its mailbox, and whether anybody still comes for what is in it. */
export class Group implements Timed {
  readonly name: string;
  readonly mailbox: Mailbox;
  /** Nobody has received for it for so long that it may be given up. */
  abandoned = false;
  dueMs = Number.POSITIVE_INFINITY;
  readonly stamp = 0;
  heapIndex = -1;
  readonly #home: Home;
  readonly #waiters: Waiters;

  constructor(name: string, home: Home, waiters: Waiters) {
    this.name = name;
    this.mailbox = new Mailbox({ home, keepsEnded: true, waiters });
    this.#home = home;
    this.#waiters = waiters;
  }

  /** A member comes. */
  join(): void {
    this.abandoned = false;
    this.#home.expiries.remove(this);
  }

  /** A member left. */
  leave(): void {
    if (this.mailbox.takers.size > 0 || this.heapIndex >= 0) return;
    this.dueMs = this.#home.clock.now() + this.#home.settings.abandonedMs;
    this.#home.expiries.add(this);
  }

  /** Nobody came back in time: who waits for room in it need not wait any longer. */
  fire(): void {
    this.abandoned = true;
    this.#waiters.flush();
  }

  /** Ends it, with what is in it. */
  close(): void {
    this.#home.expiries.remove(this);
    this.mailbox.close();
  }
}
