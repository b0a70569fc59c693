import type { Control, FrameState, WireError } from "@job-orch/core";
import type { Channels } from "./channels.ts";
import { isCancelled } from "./ended.ts";
import { Entry } from "./entry.ts";
import type { Mailbox } from "./mailbox.ts";

/** Acting on the mailboxes. What is named by id is looked for among all that waits, so that costs what the channel holds. */
export class MemoryControl implements Control {
  readonly #channels: Channels;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  readonly redrive = async (
    channel: string,
    query: { readonly ids?: readonly string[]; readonly limit?: number } = {},
  ): Promise<number> => {
    const mailbox = this.#channels.inspected(channel);
    if (mailbox === undefined) return 0;
    const wanted = idFilter(query.ids);
    let count = 0;
    for (const entry of [...mailbox.ended.dead]) {
      if (count >= (query.limit ?? Number.POSITIVE_INFINITY)) break;
      if (!wanted(entry.frame.id)) continue;
      mailbox.ended.dead.delete(entry);
      entry.begun = 0;
      entry.dueMs = 0;
      entry.endedMs = undefined;
      mailbox.join(entry, mailbox.home.clock.now());
      count++;
    }
    mailbox.wake();
    return count;
  };

  readonly remove = async (channel: string, query: { readonly ids?: readonly string[]; readonly state?: FrameState }): Promise<number> => {
    const mailbox = this.#channels.inspected(channel);
    if (mailbox === undefined) return 0;
    const wanted = idFilter(query.ids);
    const inState = (state: FrameState): boolean => query.state === undefined || state === query.state;
    let count = endWaiting(mailbox, "removed", wanted, (entry) => inState(entry.place === "delayed" ? "delayed" : "ready")).length;
    if (inState("dead")) {
      for (const entry of [...mailbox.ended.dead]) if (wanted(entry.frame.id) && mailbox.ended.dead.delete(entry)) count++;
    }
    count += mailbox.ended.forget((item) => wanted(item.frame.id) && inState(isCancelled(item) ? "cancelled" : "completed"));
    mailbox.madeRoom();
    return count;
  };

  readonly pause = async (channel: string, paused: boolean): Promise<void> => {
    const mailbox = this.#channels.inspected(channel) ?? this.#channels.work(channel).mailbox;
    mailbox.paused = paused;
    mailbox.wake();
  };

  readonly cancel = async (channel: string, id: string): Promise<"cancelled" | "in-flight" | "unknown"> => {
    const mailbox = this.#channels.inspected(channel);
    if (mailbox === undefined) return "unknown";
    const [entry] = endWaiting(mailbox, "cancelled", (candidate) => candidate === id, firstOnly());
    if (entry === undefined) return isHeld(mailbox, id) ? "in-flight" : "unknown";
    entry.error = CANCELLED;
    const nowMs = mailbox.home.clock.now();
    mailbox.ended.finish(entry, nowMs, nowMs);
    mailbox.madeRoom();
    return "cancelled";
  };
}

const CANCELLED: WireError = Object.freeze({ name: "CancelledError", code: "ERR_CANCELLED", message: "Cancelled before anyone began it" });

function idFilter(ids: readonly string[] | undefined): (id: string) => boolean {
  if (ids === undefined) return () => true;
  const set = new Set(ids);
  return (id) => set.has(id);
}

/** Says yes once: ids are the senders' to choose, so two frames may have the same. */
function firstOnly(): () => boolean {
  let first = true;
  return () => {
    const yes = first;
    first = false;
    return yes;
  };
}

/** Takes out what waits, wherever it waits. */
function endWaiting(
  mailbox: Mailbox,
  end: "removed" | "cancelled",
  wanted: (id: string) => boolean,
  also: (entry: Entry) => boolean,
): Entry[] {
  const found: Entry[] = [];
  const consider = (entry: Entry): boolean => wanted(entry.frame.id) && also(entry) && found.push(entry) > 0;
  mailbox.ready.each((item, stamp, level, position) => {
    if (item instanceof Entry) consider(item);
    else if (wanted(item.id)) {
      const entry = new Entry(item, stamp, mailbox);
      if (!consider(entry)) return;
      mailbox.ready.remove(level, position);
      entry.place = "removed"; // it is nowhere now
    }
  });
  if (mailbox.delayed > 0) {
    mailbox.home.delays.each((item) => {
      if (item instanceof Entry && item.owner === mailbox) consider(item);
    });
  }
  mailbox.keys?.eachFollower(consider);
  const nowMs = mailbox.home.clock.now();
  for (const entry of found) {
    mailbox.detach(entry); // where it is by now: ending one moves the next of its line
    mailbox.weigh(entry.frame, -1);
    mailbox.end(entry, end, nowMs);
  }
  return found;
}

function isHeld(mailbox: Mailbox, id: string): boolean {
  for (const taker of mailbox.takers) if (taker.held().some(({ frame }) => frame.id === id)) return true;
  return false;
}
