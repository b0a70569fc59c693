import { type Environment, JobError, OptionError, systemEnvironment, type Timer, UnsupportedError, ValidationError } from "@job-orch/core";
import { checkMembers, whole } from "@job-orch/core/substrate";
import { ActorEmitter, type ActorEvents } from "../events.ts";
import { HostLostError } from "../errors.ts";
import { type ActorsOptions, toAsks } from "../options.ts";
import type { ActorPool } from "./actor-pool.ts";
import { PARTITIONS } from "./partition.ts";
import type { PlacedActors } from "./placed-actors.ts";
import { PoolHost } from "./pool-host.ts";

/** A place that does not come up is tried again after this. Units: milliseconds. */
const AGAIN_AFTER_MS = 1_000;

type Shared = "key" | "idleMs" | "max" | "concurrency" | "mailbox" | "onError" | "restarts" | "asks" | "environment";

export interface PoolHostsOptions<Request> extends Pick<ActorsOptions<Request, unknown, unknown>, Shared> {
  /** How many of the pool's places are hosts: its `size`. Range: integer 1 to 1,024. */
  readonly places: number;
  /** Where snapshots rest, here on the host's side: a `Map`, a Keyv, or whatever has `get`, `set` and `delete`; see `ActorsOptions`. */
  readonly snapshots: NonNullable<ActorsOptions<Request, unknown, unknown>["snapshots"]>;
  /**
   * With which of a key's answers a snapshot comes along: 1 with each, so that a worker's death costs nothing that was answered;
   * `Infinity` with none, so that a state is as old as its last rest. Default 1.
   */
  readonly snapshotEvery?: number;
  /** Range: integer 1 to 65,536; the same as the placement's. Default 1,024. */
  readonly partitions?: number;
}

/** The places of a pool as hosts of actors. */
export interface PoolHosts<Request, Response> extends AsyncDisposable {
  /**
   * Brings the workers up and lets each of them have its share of the partitions. From then on, one that ends is lost to the
   * placement, and the next one in its place joins it.
   *
   * Errors: what the pool says when a worker does not come up; it is tried again then. `ERR_OPTION` when it has a placement.
   */
  readonly joinTo: (placed: PlacedActors<Request, Response>) => Promise<void>;
  /** Listens to the actors of all places; returns what ends that. What their jobs say (`progress`, `log`) are events of the pool. */
  readonly on: <Event extends Told>(event: Event, listener: (event: ActorEvents[Event]) => unknown) => () => void;
  /** Lets a stopped actor take messages again. Returns whether it was stopped. */
  readonly revive: (key: string) => boolean;
  /** Leaves the placement when all states are stored. The pool is yours. Errors: `ERR_SNAPSHOT`. */
  readonly close: () => Promise<void>;
}

/**
 * Makes the places of a pool hosts of actors. Its workers serve an `actorsJob`; one that ends is lost with what it had begun,
 * and its keys begin again elsewhere from the last snapshot that it sent.
 *
 * Errors: `ERR_OPTION`.
 *
 * @example
 * const pool = threads(carts, new URL("./carts.worker.ts", import.meta.url), { size: 2, concurrency: 64 });
 * await using hosts = poolHosts(pool, { key: ({ cart }) => cart, places: 2, snapshots: new Map() });
 * await hosts.joinTo(placed);
 */
export function poolHosts<Request, Response>(
  pool: ActorPool<Request, Response>,
  options: PoolHostsOptions<Request>,
): PoolHosts<Request, Response> {
  if (typeof options?.key !== "function") throw new OptionError('"key" takes a function');
  checkMembers("pool", pool, ["call", "on"], "a pool whose workers serve an actorsJob");
  if (options.snapshots === undefined) throw new OptionError('"snapshots" is missing: where snapshots rest, such as a Map or a Keyv');
  return new HostsOfAPool(pool as ActorPool<unknown, unknown>, options as PoolHostsOptions<unknown>) as unknown as PoolHosts<
    Request,
    Response
  >;
}

type Told = Exclude<keyof ActorEvents, "progress" | "log">;

interface Place {
  readonly index: number;
  host: PoolHost | undefined;
  /** The newest worker that has come up there. */
  incarnation: number;
  again: Timer | undefined;
}

class HostsOfAPool implements PoolHosts<unknown, unknown> {
  readonly #pool: ActorPool<unknown, unknown>;
  readonly #make: (place: number) => PoolHost;
  readonly #environment: Environment;
  readonly #places: readonly Place[];
  readonly #emitter = new ActorEmitter();
  readonly #unsubscribe: readonly (() => void)[];
  readonly #ending = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #placed: PlacedActors<unknown, unknown> | undefined;

  constructor(pool: ActorPool<unknown, unknown>, options: PoolHostsOptions<unknown>) {
    const { places, snapshotEvery = 1, partitions = PARTITIONS, ...rest } = options;
    const asks = toAsks(options.asks);
    this.#pool = pool;
    this.#environment = options.environment ?? systemEnvironment;
    const settings = {
      pool,
      options: rest,
      partitions: whole("partitions", partitions, 1, 65_536),
      snapshotEvery: snapshotEvery === Number.POSITIVE_INFINITY ? snapshotEvery : whole("snapshotEvery", snapshotEvery, 1, 1_000_000_000),
      askedBy: (name: string) => (name in asks ? asks[name] : name === pool.name ? this.#placed : undefined),
      onCrash: (host: PoolHost, error: unknown) => this.#over(host, error, true),
    };
    this.#make = (place) => new PoolHost({ ...settings, place });
    const count = whole("places", places, 1, 1_024);
    this.#places = Array.from({ length: count }, (_, index) => ({ index, host: undefined, incarnation: 0, again: undefined }));
    this.#make(0); // so that an option that cannot be is told now
    this.#unsubscribe = [
      pool.on("workerReady", ({ place, incarnation }) => {
        const known = this.#places[place];
        if (known !== undefined) known.incarnation = incarnation;
      }),
      pool.on("workerExited", (event) => {
        const { host, incarnation = 0 } = this.#places[event.place] ?? {};
        // One that leaves its place to another takes nothing along: the next message of each key begins it again there.
        if (host !== undefined && incarnation <= event.incarnation) this.#over(host, undefined, false);
      }),
    ];
  }

  readonly joinTo = async (placed: PlacedActors<unknown, unknown>): Promise<void> => {
    checkMembers("placed", placed, ["join", "leave", "lost"], "what placedActors(…) made");
    if (this.#placed !== undefined) throw new OptionError(`The hosts of "${this.#pool.name}" have a placement already`);
    this.#closing.signal.throwIfAborted();
    this.#placed = placed;
    const joined = await Promise.allSettled(this.#places.map((place) => this.#join(place)));
    const failed = joined.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };

  readonly on = <Name extends Told>(name: Name, listener: (event: ActorEvents[Name]) => unknown): (() => void) =>
    this.#emitter.on(name, listener);

  readonly revive = (key: string): boolean => this.#places.some(({ host }) => host?.inner.revive(key) === true);

  readonly close = async (): Promise<void> => {
    this.#closing.abort();
    for (const stop of this.#unsubscribe) stop();
    for (const place of this.#places) place.again?.cancel();
    await Promise.all(this.#ending);
    const hosts = this.#places.map(({ host }) => host).filter((host) => host !== undefined);
    for (const { id } of hosts) await this.#placed?.leave(id);
    await Promise.all(hosts.map(({ inner }) => inner.close()));
  };

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Waits until the place has a worker, and joins with it. */
  async #join(place: Place): Promise<void> {
    const { signal } = this.#closing;
    try {
      await this.#greet(place.index, signal);
    } catch (error) {
      if (!signal.aborted) this.#joinLater(place);
      throw error;
    }
    if (signal.aborted) return;
    const host = this.#make(place.index);
    place.host = host;
    for (const name of RELAYED) host.inner.on(name, (event) => this.#relay(name, event));
    await this.#placed?.join(host);
  }

  /** Errors: the pool's; `ERR_UNSUPPORTED` when its workers serve something else. */
  async #greet(lane: number, signal: AbortSignal): Promise<void> {
    let cause: unknown;
    try {
      const answer = await this.#pool.call({ do: "greet" }, { lane, timeoutMs: Number.POSITIVE_INFINITY, signal });
      if ((answer as typeof answer | undefined)?.greets === "actors") return;
    } catch (error) {
      if (signal.aborted || (JobError.is(error) && !(error instanceof ValidationError))) throw error;
      cause = error; // whatever runs there does not know what it was asked
    }
    const { name } = this.#pool;
    throw new UnsupportedError(`The workers of "${name}" serve no actors: their file is to serve what actorsJob(…) made`, { cause });
  }

  #joinLater(place: Place): void {
    const again = (): void => void this.#join(place).catch(() => undefined); // it has said when it tries again
    place.again = this.#environment.clock.after(AGAIN_AFTER_MS, again, { ref: false });
  }

  /** A worker has ended, and with it the life of its host. */
  #over(host: PoolHost, error: unknown, isReplaced: boolean): void {
    const place = this.#places.find((one) => one.host === host);
    if (place === undefined || host.isOver) return;
    const ending = this.#end(place, host, error, isReplaced).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  async #end(place: Place, host: PoolHost, error: unknown, isReplaced: boolean): Promise<void> {
    await host.end(isReplaced);
    place.host = undefined;
    this.#placed?.lost(host.id, error);
    host.taken();
    if (!this.#closing.signal.aborted) void this.#join(place).catch(() => undefined); // a failure is tried again
  }

  #relay<Name extends Told>(name: Name, event: ActorEvents[Name]): void {
    if (name === "failed" && (event as ActorEvents["failed"]).error instanceof HostLostError) return; // is the worker's, not the actor's
    this.#emitter.emit(name, event);
  }
}

const RELAYED: readonly Told[] = ["activated", "passivated", "failed", "stopped", "dead", "snapshotFailed"];
