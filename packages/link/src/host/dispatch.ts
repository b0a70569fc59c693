import { EncodeError } from "@job-orch/core";
import { BUSY_FRAMES } from "./credits.ts";
import type { Member } from "./member.ts";
import type { Roster } from "./roster.ts";
import type { Task } from "./task.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** Requests of one turn go out together, but no more than this. */
const MOST_FRAMES = 128;
/** Units: characters of text. */
const MOST_CHARS = 64 * 1024;

export interface DispatchOptions {
  readonly room: WaitingRoom;
  readonly roster: Roster;
  /** How many places there are. */
  readonly places: number;
  /** Whether workers are given requests at all. */
  readonly handsOut: () => boolean;
  /** A request that turned out not to be one that can be carried. */
  readonly onRefused: (task: Task, error: EncodeError) => void;
  /** Requests are left over, and there could be more workers. */
  readonly onShort: () => void;
}

/** Who gets which request, and when what is given is handed over. */
export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #dirty: Member[] = [];
  #flushDue = false;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** The worker with the fewest requests that takes one more. */
  pick(): Member | undefined {
    const { ready } = this.#options.roster;
    let best: Member | undefined;
    for (let at = 0; at < ready.length; at++) {
      const member = ready[at] as Member;
      if (member.hasRoom && (best === undefined || member.inFlight < best.inFlight)) best = member;
    }
    return best;
  }

  /** The worker of a lane, when nobody waits for it. */
  ofLane(lane: number): Member | undefined {
    const { roster, room, places } = this.#options;
    const place = lane % places;
    const member = roster.memberAt(place);
    if (member === undefined || !member.hasRoom || room.inLane(place) > 0 || room.outside > 0) return undefined;
    return roster.holdsLanes(place) ? undefined : member;
  }

  /** Gives a request to a worker: with what else comes in this turn. */
  assign(member: Member, task: Task): void {
    member.assign(task);
    if (isFull(member)) return this.flush(member);
    if (member.outgoing > 1) return;
    this.#dirty.push(member);
    if (this.#flushDue) return;
    this.#flushDue = true;
    queueMicrotask(this.#flushDirty);
  }

  /** Gives a worker what it has room for. */
  fill(member: Member): void {
    const { room, handsOut, roster, places, onShort } = this.#options;
    if (!handsOut()) return this.flush(member);
    const place = roster.holdsLanes(member.place) ? undefined : member.place;
    while (member.hasRoom) {
      const task = room.shift(place);
      if (task === undefined) {
        if (room.letIn(this.#fillForLane)) continue;
        break;
      }
      member.assign(task);
      if (isFull(member)) this.flush(member);
    }
    const busyFrom = member.shares ? member.credits.refillBelow : BUSY_FRAMES; // what a process runs is not held up by waking it
    if (member.inFlight - member.outgoing < busyFrom || member.state !== "ready") this.flush(member);
    if (room.outside > 0) room.letIn(this.#fillForLane);
    if (room.queue.length > 0 && roster.target < places) onShort();
  }

  /** Gives every worker what it has room for. */
  refill(): void {
    const { room, roster, places, handsOut } = this.#options;
    for (const member of roster.ready) this.fill(member);
    if (roster.target === 0 || roster.target >= places || !handsOut()) return;
    if (room.hasLanes((place) => roster.memberAt(place) === undefined)) roster.want(places); // nobody else comes for those
  }

  flush(member: Member): void {
    member.flush(this.#refuse);
  }

  readonly #flushDirty = (): void => {
    this.#flushDue = false;
    for (const member of this.#dirty) this.flush(member);
    this.#dirty.length = 0;
  };

  /** Who is let in may be bound to a worker that has nothing else to do. */
  readonly #fillForLane = ({ lane }: Task): void => {
    if (lane === undefined) return;
    const { roster, places } = this.#options;
    const member = roster.memberAt(lane);
    if (member === undefined) roster.want(places);
    else queueMicrotask(() => this.fill(member));
  };

  readonly #refuse = (task: Task, error: unknown): void => {
    this.#options.onRefused(task, new EncodeError("", error instanceof Error ? error.message : String(error)));
  };
}

function isFull(member: Member): boolean {
  return member.outgoing >= MOST_FRAMES || member.outgoingChars >= MOST_CHARS;
}
