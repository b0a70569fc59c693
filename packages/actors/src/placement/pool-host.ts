import { ClosedError, type JobError } from "@job-orch/core";
import { fromWireError } from "@job-orch/core/substrate";
import { actors } from "../actors.ts";
import type { Actors } from "../actors-processor.ts";
import { HostLostError } from "../errors.ts";
import type { ActorsOptions } from "../options.ts";
import type { AskableActors } from "../others.ts";
import type { ActorHost } from "./actor-host.ts";
import type { ActorPool } from "./actor-pool.ts";
import { Epochs } from "./epochs.ts";
import { Errands } from "./errands.ts";
import type { ActorAnswer, ActorMail } from "./mail.ts";
import { partitionOf } from "./partition.ts";

export interface PoolHostSettings {
  readonly pool: ActorPool<unknown, unknown>;
  readonly place: number;
  readonly partitions: number;
  /** How many messages of a key share a snapshot. */
  readonly snapshotEvery: number;
  readonly options: Omit<ActorsOptions<unknown, unknown, unknown>, "activate" | "passivate">;
  /** Whom jobs mean by a name. */
  readonly askedBy: (name: string) => AskableActors<never, unknown> | undefined;
  /** Told when a call shows that the worker has ended. */
  readonly onCrash: (host: PoolHost, error: unknown) => void;
}

/** A message with what the placement wants to know of it. */
interface Parcel {
  readonly request: unknown;
  readonly epoch: number;
  readonly begun: () => void;
  /** The worker has said how it ended. */
  answered: boolean;
}

/** An actor that lives in the worker, as seen from here. */
interface Remote {
  readonly key: string;
  epoch: number;
  isThere: boolean;
  snapshot: unknown;
  /** Messages since that snapshot. */
  since: number;
}

const NEVER_MS = Number.POSITIVE_INFINITY;

/**
 * One life of a worker, as a host: mailboxes, order, supervision and snapshots are here, states and work are there. Of each key
 * one message at a time is with the worker, so that what waits outlives it.
 */
export class PoolHost implements ActorHost<unknown, unknown> {
  readonly id: string;
  readonly inner: Actors<Parcel, unknown>;
  /** Nothing goes to the worker any more. */
  isOver = false;
  readonly #settings: PoolHostSettings;
  readonly #epochs: Epochs;
  readonly #calls = new Set<AbortController>();
  /** Of messages that wait for other actors. */
  readonly #errands = new Set<Errands>();
  readonly #taken = Promise.withResolvers<void>();

  constructor(settings: PoolHostSettings) {
    const { pool, place, options } = settings;
    const { key, onError = "resume" } = options;
    this.#settings = settings;
    this.id = `${pool.name}-${place}`;
    this.#epochs = new Epochs(pool.name);
    const job = { name: pool.name, run: (parcel: Parcel, remote: Remote) => this.#work(parcel, remote) };
    this.inner = actors(job, {
      ...options,
      key: ({ request }: Parcel) => key(request),
      activate: (own: string, snapshot: unknown): Remote => ({ key: own, epoch: 0, isThere: false, snapshot, since: 0 }),
      passivate: (remote: Remote) => this.#rest(remote),
      // That its worker ended is not the actor's failure.
      onError: (error: unknown, own: string) =>
        error instanceof HostLostError ? "resume" : typeof onError === "function" ? onError(error, own) : onError,
    } as never) as unknown as Actors<Parcel, unknown>;
    this.inner.on("stopped", ({ key: own }) => void this.#call({ do: "drop", key: own }).catch(() => undefined));
  }

  readonly send = async (partition: number, epoch: number, request: unknown, begun: () => void): Promise<unknown> => {
    this.#epochs.check(partition, epoch);
    const parcel: Parcel = { request, epoch, begun, answered: false };
    try {
      return await this.inner.call(parcel, { timeoutMs: NEVER_MS });
    } catch (error) {
      // Its fate is the placement's, who takes back what the worker had.
      if (this.isOver && !parcel.answered && (error instanceof HostLostError || error instanceof ClosedError)) await this.#taken.promise;
      throw error;
    }
  };

  readonly release = async (partition: number, epoch: number): Promise<void> => {
    this.#epochs.check(partition, epoch);
    await this.inner.passivate((key) => partitionOf(key, this.#settings.partitions) === partition);
  };

  /**
   * The worker has ended: lets go of what it did not begin, and stores the last snapshots it sent. `isReplaced`: its place has
   * another worker, which works on what it left.
   */
  async end(isReplaced: boolean): Promise<void> {
    this.isOver = true;
    for (const errands of this.#errands) errands.wake();
    await Promise.resolve(); // until the pool has told the calls that it had begun
    if (!isReplaced) for (const call of this.#calls) call.abort(new HostLostError(this.id));
    await this.inner.close().catch(() => undefined); // each has been told as `snapshotFailed`
  }

  /** The placement has taken everything back. */
  taken(): void {
    this.#taken.resolve();
  }

  async #work(parcel: Parcel, remote: Remote): Promise<unknown> {
    const { key } = remote;
    const keep = ++remote.since >= this.#settings.snapshotEvery;
    const run = { do: "run", key, epoch: parcel.epoch, request: parcel.request, keep } as const;
    const begin = { snapshot: remote.snapshot };
    let answer = await this.#call(remote.isThere ? run : { ...run, begin }, parcel.begun);
    // Another worker stands in its place: the actor begins again there from what is known here.
    if (answer.missing === true) answer = await this.#call({ ...run, begin }, parcel.begun);
    if (answer.asks !== undefined) answer = await this.#runErrands(key, answer, parcel.begun);
    parcel.answered = true;
    remote.isThere = answer.began !== false;
    remote.epoch = parcel.epoch;
    this.#note(remote, answer);
    if (answer.error !== undefined) throw fromWireError(answer.error, this.#settings.pool.errors);
    return answer.response;
  }

  /** Asks what its job asks, until the message has ended. */
  async #runErrands(key: string, first: ActorAnswer<unknown>, begun: () => void): Promise<ActorAnswer<unknown>> {
    const errands = new Errands(this.#settings.askedBy);
    this.#errands.add(errands);
    try {
      let answer = first;
      while (answer.missing !== true) {
        errands.begin(answer.asks ?? []);
        if (answer.waits === undefined) return answer; // also when its worker has ended since
        // That one has ended may have been heard in one go with what it said last: nobody wakes who begins to wait after that.
        const answers = this.isOver ? [] : await errands.answers();
        if (this.isOver) break;
        answer = await this.#call({ do: "resume", key, ticket: answer.waits, answers }, begun);
      }
      begun(); // its worker has ended, and the half of its work that was there
      throw new HostLostError(this.id);
    } finally {
      this.#errands.delete(errands);
    }
  }

  async #rest(remote: Remote): Promise<unknown> {
    if (!remote.isThere || this.isOver) return remote.snapshot;
    const { key, epoch } = remote;
    let answer: ActorAnswer<unknown>;
    try {
      answer = await this.#call({ do: "rest", key, epoch });
    } catch {
      return remote.snapshot; // no worker has it any more: this is the last one known
    }
    if (answer.error !== undefined) throw fromWireError(answer.error, this.#settings.pool.errors);
    this.#note(remote, answer);
    remote.isThere = false;
    return remote.snapshot;
  }

  #note(remote: Remote, { kept }: ActorAnswer<unknown>): void {
    if (kept === undefined) return;
    remote.snapshot = kept.snapshot;
    remote.since = 0;
  }

  async #call(mail: ActorMail<unknown>, begun?: () => void): Promise<ActorAnswer<unknown>> {
    const { pool, place, onCrash } = this.#settings;
    if (this.isOver) throw new HostLostError(this.id);
    const call = new AbortController();
    this.#calls.add(call);
    try {
      return await pool.call(mail, { lane: place, timeoutMs: NEVER_MS, signal: call.signal });
    } catch (error) {
      const { code } = error as Partial<JobError>;
      if (code === "ERR_WORKER_CRASHED") {
        begun?.();
        onCrash(this, error);
      } else if (!this.isOver || !NOT_BEGUN.has(code)) throw error;
      throw new HostLostError(this.id, error);
    } finally {
      this.#calls.delete(call);
    }
  }
}

/** What a pool says of requests for which nobody came. */
const NOT_BEGUN: ReadonlySet<unknown> = new Set(["ERR_HOST_LOST", "ERR_WORKER_START", "ERR_POOL_UNAVAILABLE"]);
