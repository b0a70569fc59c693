import { BusyError, ClosedError, DeadlineError, OptionError, systemClock } from "@job-orch/core";
import { checkMembers, duration, oneOf, whole } from "@job-orch/core/substrate";
import { Contexts, NOBODY } from "../asking.ts";
import { HostLostError } from "../errors.ts";
import { checkedActorKey } from "../key.ts";
import { Waits } from "../waits.ts";
import type { ActorHost } from "./actor-host.ts";
import { type Parcel, PartitionLane } from "./partition-lane.ts";
import { PARTITIONS, partitionOf } from "./partition.ts";
import { ownerOf } from "./rendezvous.ts";

/** A message under which so many hosts died is not tried any more: it may be what ends them. */
const MOST_CRASHES = 3;

export interface PlacedActorsOptions<Request> {
  readonly key: (request: Request) => string;
  /** What becomes of a message that an actor worked on when its host died: its sender hears of it, or it runs again, until three have died under it. Default `"fail"`. */
  readonly crash?: "fail" | "retry";
  /** Range: integer 1 to 65,536; the same as the hosts'. Default 1,024. */
  readonly partitions?: number;
  /** How many messages may be on their way or wait. Range: integer 1 to 10,000,000. Default 100,000. */
  readonly capacity?: number;
}

/** Actors over several hosts, of which each key lives on one at a time. */
export interface PlacedActors<Request, Response> extends AsyncDisposable {
  /**
   * Sends a message to the host of its key.
   *
   * Units:  `timeoutMs` is milliseconds, finite.
   * Errors: what the actor threw; `ERR_DEADLINE`, `ERR_HOST_LOST`, `ERR_BUSY`, `ERR_CLOSED`.
   */
  readonly ask: (request: Request, options: { readonly timeoutMs: number }) => Promise<Response>;
  /**
   * Sends a message to the host of its key and does not wait for the response. Errors of the actor are its supervision's; of a
   * message that is lost with its host nobody hears.
   *
   * Promise: resolves when the message was taken.
   * Errors:  `ERR_BUSY`, `ERR_CLOSED`.
   */
  readonly tell: (request: Request) => Promise<void>;
  /** Adds a host: it gets its share of the partitions, each once its messages have ended and its states are stored where they were. Errors: `ERR_OPTION`; `ERR_SNAPSHOT`, then those partitions stay. */
  readonly join: (host: ActorHost<Request, Response>) => Promise<void>;
  /** Lets a host go: resolves when everything it had is elsewhere. Errors: `ERR_SNAPSHOT`, then what could not be stored stays there. */
  readonly leave: (id: string) => Promise<void>;
  /** Says that a host died: its keys begin again elsewhere from their snapshots. What was not begun goes there in its order. */
  readonly lost: (id: string, cause?: unknown) => void;
  /** Where a key lives, and how often its partition has moved. */
  readonly placeOf: (key: string) => { readonly partition: number; readonly epoch: number; readonly host: string | undefined };
  /** Answers everyone who waits with `ERR_CLOSED`. The hosts are yours. */
  readonly close: () => Promise<void>;
}

interface Member {
  readonly host: ActorHost<unknown, unknown>;
  /** Resolves when it died. */
  readonly gone: PromiseWithResolvers<void>;
}

/** Spreads actors over hosts by their keys: key → partition (FNV-1a) → host (rendezvous hash over those that are there). */
export function placedActors<Request, Response>(options: PlacedActorsOptions<Request>): PlacedActors<Request, Response> {
  return new Placed(options as PlacedActorsOptions<unknown>) as unknown as PlacedActors<Request, Response>;
}

class Placed implements PlacedActors<unknown, unknown> {
  readonly #key: (request: unknown) => string;
  readonly #retries: boolean;
  readonly #partitions: number;
  readonly #capacity: number;
  /** By name; hosts that may get partitions. */
  readonly #members = new Map<string, Member>();
  /** Hosts that still have some. */
  readonly #leaving = new Map<string, Member>();
  readonly #lanes = new Map<number, PartitionLane>();
  #count = 0;
  #closed = false;

  constructor(options: PlacedActorsOptions<unknown>) {
    const { key, crash = "fail", partitions = PARTITIONS, capacity = 100_000 } = options ?? {};
    if (typeof key !== "function") throw new OptionError('"key" takes a function');
    this.#key = key;
    this.#retries = oneOf("crash", crash, ["fail", "retry"]) === "retry";
    this.#partitions = whole("partitions", partitions, 1, 65_536);
    this.#capacity = whole("capacity", capacity, 1, 10_000_000);
  }

  readonly ask = (request: unknown, options: { readonly timeoutMs: number }): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (!Number.isFinite(options?.timeoutMs)) throw new OptionError('"timeoutMs" is missing: who asks an actor says how long to wait');
      this.#take(request, duration("timeoutMs", options.timeoutMs), resolve, reject);
    });

  readonly tell = (request: unknown): Promise<void> =>
    new Promise((resolve) => {
      this.#take(request, undefined, ignore, ignore);
      resolve();
    });

  readonly join = async (host: ActorHost<unknown, unknown>): Promise<void> => {
    checkMembers("host", host, ["send", "release"], "a host of actors");
    if (this.#members.has(host.id) || this.#leaving.has(host.id)) throw new OptionError(`A host named "${host.id}" is there already`);
    this.#members.set(host.id, { host, gone: Promise.withResolvers() });
    await this.#moveAll();
  };

  readonly leave = async (id: string): Promise<void> => {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    this.#leaving.set(id, member);
    try {
      await this.#moveAll();
      this.#leaving.delete(id);
    } catch (error) {
      // What could not be stored is still there, and so is the host.
      if (this.#leaving.delete(id)) this.#members.set(id, member);
      throw error;
    }
  };

  readonly lost = (id: string, cause?: unknown): void => {
    const member = this.#members.get(id) ?? this.#leaving.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    this.#leaving.delete(id);
    member.gone.resolve();
    for (const lane of this.#lanes.values()) {
      if (lane.owner !== member.host) continue;
      const orphans = lane.orphan();
      for (const parcel of orphans)
        if (parcel.begun && (++parcel.crashes >= MOST_CRASHES || !this.#retries)) parcel.reject(new HostLostError(id, cause));
      lane.requeue(orphans.filter(({ ended }) => !ended));
      this.#flush(lane);
      if (lane.isMoving) for (const parcel of orphans) lane.hold(parcel);
    }
  };

  readonly placeOf = (key: string): { readonly partition: number; readonly epoch: number; readonly host: string | undefined } => {
    const partition = partitionOf(key, this.#partitions);
    const lane = this.#lanes.get(partition);
    return { partition, epoch: lane?.epoch ?? 0, host: lane?.owner?.id ?? ownerOf(partition, this.#members.keys()) };
  };

  readonly close = async (): Promise<void> => {
    this.#closed = true;
    const closed = new ClosedError("The placement is closed");
    for (const lane of this.#lanes.values()) {
      for (const parcel of [...lane.out]) {
        lane.arrived(parcel);
        parcel.reject(closed);
      }
      for (let parcel = lane.waiting.shift(); parcel !== undefined; parcel = lane.waiting.shift()) parcel.reject(closed);
    }
  };

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #take(request: unknown, timeoutMs: number | undefined, resolve: (response: unknown) => void, reject: (error: unknown) => void): void {
    if (this.#closed) throw new ClosedError("The placement is closed");
    if (this.#count >= this.#capacity) throw new BusyError("placedActors", `${this.#count} messages are on their way already`);
    const key = checkedActorKey("the placement", this.#key(request));
    const lane = this.#laneOf(partitionOf(key, this.#partitions));
    const late = (): void => {
      const why = lane.owner === undefined ? "has no host: nobody has joined" : "did not answer in time; it may still work on it";
      parcel.reject(new DeadlineError(`The actor "${key}" ${why}`));
    };
    const timer = timeoutMs === undefined ? undefined : systemClock.after(timeoutMs, late);
    this.#count++;
    lane.open++;
    const end = (): boolean => {
      if (parcel.ended) return false;
      parcel.ended = true;
      this.#count--;
      lane.open--;
      lane.tidy();
      timer?.cancel();
      if (parcel.held !== undefined) Waits.end(parcel.held);
      if (parcel.carried !== undefined) Waits.end(parcel.carried); // its actor may still work on it
      return true;
    };
    const parcel: Parcel = {
      request,
      asking: timeoutMs === undefined ? NOBODY : Contexts.asking(),
      carried: undefined,
      held: undefined,
      begun: false,
      crashes: 0,
      ended: false,
      resolve: (response) => void (end() && resolve(response)),
      reject: (error) => void (end() && reject(error)),
    };
    lane.waiting.push(parcel);
    this.#flush(lane);
    if (lane.isMoving) lane.hold(parcel);
  }

  #laneOf(partition: number): PartitionLane {
    let lane = this.#lanes.get(partition);
    if (lane === undefined) {
      lane = new PartitionLane(partition, (known) => this.#sendAll(known));
      this.#lanes.set(partition, lane);
    }
    return lane;
  }

  #target(lane: PartitionLane): ActorHost<unknown, unknown> | undefined {
    const id = ownerOf(lane.partition, this.#members.keys());
    return id === undefined ? undefined : this.#members.get(id)?.host;
  }

  /** Moves what is not where it belongs. Errors: of the first that could not be moved, when all others have. */
  async #moveAll(): Promise<void> {
    // One that is on its way already goes where it belongs by now: whoever waits for that waits for its end.
    const moving = Array.from(this.#lanes.values(), (lane) => (lane.isMoving ? lane.moving : (lane.moving = this.#move(lane))));
    const moves = await Promise.allSettled(moving);
    const failed = moves.find((move) => move.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** Pause, drain, put to rest, next epoch, go on. */
  async #move(lane: PartitionLane): Promise<void> {
    lane.isMoving = true;
    try {
      while (lane.owner !== this.#target(lane)) {
        await lane.drained();
        const { owner } = lane;
        if (owner !== undefined) await Promise.race([owner.release(lane.partition, lane.epoch), this.#goneOf(owner)]);
        if (lane.owner !== owner) continue; // it died meanwhile
        lane.owner = this.#target(lane);
        lane.epoch++;
      }
    } finally {
      lane.isMoving = false;
      this.#flush(lane);
    }
  }

  #goneOf({ id }: ActorHost<unknown, unknown>): Promise<void> {
    return (this.#members.get(id) ?? this.#leaving.get(id))?.gone.promise ?? Promise.resolve();
  }

  #flush(lane: PartitionLane): void {
    if (lane.isMoving) return;
    if (lane.owner === undefined) {
      lane.owner = this.#target(lane);
      if (lane.owner === undefined) return; // waits for a host
      lane.epoch++;
    }
    this.#sendAll(lane);
  }

  #sendAll(lane: PartitionLane): void {
    for (let parcel = lane.waiting.shift(); parcel !== undefined; parcel = lane.waiting.shift()) {
      if (!parcel.ended && lane.owner !== undefined) this.#send(lane, lane.owner, parcel);
    }
  }

  #send(lane: PartitionLane, host: ActorHost<unknown, unknown>, parcel: Parcel): void {
    const { epoch } = lane;
    parcel.begun = false;
    if (parcel.held !== undefined) Waits.end(parcel.held);
    parcel.held = undefined;
    lane.out.add(parcel);
    const begun = (): void => {
      if (lane.epoch === epoch) parcel.begun = true;
    };
    const isCurrent = (): boolean => lane.epoch === epoch && lane.arrived(parcel);
    // What comes from an earlier owner is dropped: the message is somewhere else now, or was answered.
    Contexts.carry(parcel, () => host.send(lane.partition, epoch, parcel.request, begun)).then(
      (response) => void (isCurrent() && parcel.resolve(response)),
      (error: unknown) => void (isCurrent() && parcel.reject(error)),
    );
  }
}

/** Who told does not wait. */
function ignore(): void {}
