import { type Awaitable, BusyError, LeaseLostError } from "@job-orch/core";
import { isPromise, Sweeper } from "@job-orch/core/substrate";
import { Activation } from "./activation.ts";
import { SnapshotError } from "./errors.ts";
import type { ActorEmitter } from "./events.ts";
import { IdleList } from "./idle-list.ts";
import type { Settings } from "./options.ts";
import { Snapshots } from "./snapshots.ts";

/** Why an actor could not be activated. */
export interface Failure {
  readonly error: unknown;
}

/** Brings actors into memory and out of it: when nobody needs them, when there are too many, when all is to rest. */
export class Lifecycle {
  readonly #name: string;
  readonly #settings: Settings;
  readonly #actors: Map<string, Activation>;
  readonly #emitter: ActorEmitter;
  readonly #onSettled: (activation: Activation) => void;
  readonly #snapshots: Snapshots | undefined;
  readonly #idle = new IdleList();
  readonly #resting = new Map<Activation, Promise<SnapshotError | undefined>>();
  readonly #sweeper: Sweeper;
  #isClosing = false;

  /** `onSettled` is told of an actor that has come or gone as far as it could. */
  constructor(
    name: string,
    settings: Settings,
    actors: Map<string, Activation>,
    emitter: ActorEmitter,
    onSettled: (activation: Activation) => void,
  ) {
    this.#name = name;
    this.#settings = settings;
    this.#actors = actors;
    this.#emitter = emitter;
    this.#onSettled = onSettled;
    this.#snapshots = settings.snapshots === undefined ? undefined : new Snapshots(name, settings.snapshots);
    // An idle actor does not keep the process alive.
    this.#sweeper = new Sweeper(settings.environment.clock, (nowMs) => this.#sweep(nowMs), { ref: false });
  }

  /** Makes an actor, which has no state yet. Errors: `ERR_BUSY` when too many are in memory. */
  enter(key: string): Activation {
    this.makeRoom(1);
    if (this.#actors.size >= 2 * this.#settings.max) {
      throw new BusyError(`actors "${this.#name}"`, `${this.#actors.size} are in memory, none of which can leave it now`);
    }
    const activation = new Activation(key);
    this.#actors.set(key, activation);
    return activation;
  }

  /** Gives an actor its state; a promise only when that takes time. What it answers is why it could not. */
  activate(activation: Activation): Awaitable<Failure | undefined> {
    activation.phase = "activating";
    if (this.#snapshots !== undefined) return this.#restore(activation, this.#snapshots);
    try {
      const state = this.#settings.activate(activation.key, undefined);
      if (isPromise(state)) {
        return state.then(
          (awaited) => this.#begin(activation, awaited, false),
          (error: unknown) => this.#fail(activation, error),
        ) as Promise<Failure | undefined>;
      }
      return this.#begin(activation, state, false);
    } catch (error) {
      return this.#fail(activation, error);
    }
  }

  /** It has something to do. */
  busy(activation: Activation): void {
    if (activation.isIdle) this.#idle.remove(activation);
  }

  /** It has nothing to do. */
  idle(activation: Activation, nowMs: number): void {
    if (activation.phase === "new") {
      this.drop(activation); // has no state: nothing to remember
      return;
    }
    if (activation.phase !== "ready") return;
    this.#idle.add(activation, nowMs);
    if (this.#isClosing) {
      if (!activation.isUnsaved) void this.rest(activation); // it was late
      return;
    }
    // With a store that fails it is the next new actor that tries again, and the sweep: not each failure at once.
    if (this.#actors.size > this.#settings.max && !activation.isUnsaved) this.makeRoom(0);
    if (this.#settings.idleMs !== Number.POSITIVE_INFINITY) this.#sweeper.note(nowMs + this.#settings.idleMs);
  }

  /** Lets those leave that were idle longest, until so many more fit. */
  makeRoom(more: number): void {
    for (let excess = this.#actors.size - this.#resting.size - this.#settings.max + more; excess > 0; excess--) {
      const longest = this.#idle.longest;
      if (longest === undefined) return;
      void this.rest(longest);
    }
  }

  /** Forgets the state of an actor that is to begin again. */
  forget(activation: Activation): void {
    activation.state = undefined;
    activation.phase = "new";
    this.busy(activation);
  }

  /** Takes an actor out of memory, whatever its state. */
  drop(activation: Activation): void {
    this.busy(activation);
    activation.phase = "gone";
    activation.state = undefined;
    this.#actors.delete(activation.key);
  }

  /** Stores the state of an actor and takes it out of memory; messages that come meanwhile wait, and activate it again. */
  rest(activation: Activation): Promise<SnapshotError | undefined> {
    const resting = this.#resting.get(activation);
    if (resting !== undefined) return resting;
    if (activation.phase !== "ready" || activation.running > 0) return Promise.resolve(undefined);
    this.busy(activation);
    if (this.#snapshots === undefined) {
      this.#rested(activation, false);
      return Promise.resolve(undefined);
    }
    activation.phase = "passivating";
    activation.isUnsaved = false;
    const storing = this.#store(activation, this.#snapshots).then((failure) => {
      this.#resting.delete(activation);
      if (failure === undefined) this.#rested(activation, true);
      else if (failure.cause instanceof LeaseLostError) {
        this.#emitter.emit("snapshotFailed", { key: activation.key, error: failure });
        this.#rested(activation, false); // the state of another is the newer one
      } else {
        // Its state is worth more than the room: it stays, behind the others, and is tried again.
        activation.phase = "ready";
        activation.isUnsaved = true;
        this.#emitter.emit("snapshotFailed", { key: activation.key, error: failure });
      }
      this.#onSettled(activation);
      return failure;
    });
    this.#resting.set(activation, storing);
    return storing;
  }

  /** Puts these to rest. Errors: `ERR_SNAPSHOT` of the first whose state could not be stored. */
  async restAll(activations: readonly Activation[]): Promise<void> {
    const failures = await Promise.all(activations.map((activation) => this.rest(activation)));
    const failure = failures.find((one) => one !== undefined);
    if (failure !== undefined) throw failure;
  }

  /** Puts all to rest, and those that still work as soon as they have ended. Errors: `ERR_SNAPSHOT`. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const activation of this.#actors.values()) activation.isUnsaved = false; // who is late is tried once as well
    this.#sweeper.stop();
    await Promise.all(this.#resting.values()); // what fails of these is tried once more
    await this.restAll([...this.#actors.values()]);
  }

  open(): void {
    this.#isClosing = false;
  }

  #rested(activation: Activation, stored: boolean): void {
    if (this.#emitter.wants("passivated")) this.#emitter.emit("passivated", { key: activation.key, stored });
    activation.state = undefined;
    if (activation.mailbox.length > 0) activation.phase = "new";
    else this.drop(activation);
  }

  async #store(activation: Activation, snapshots: Snapshots): Promise<SnapshotError | undefined> {
    try {
      const snapshot = await this.#settings.passivate?.(activation.state, activation.key);
      await snapshots.write(activation.key, snapshot, activation.stored);
      return undefined;
    } catch (error) {
      return error instanceof SnapshotError ? error : new SnapshotError(this.#name, activation.key, "stored", error);
    }
  }

  async #restore(activation: Activation, snapshots: Snapshots): Promise<Failure | undefined> {
    try {
      const kept = await snapshots.read(activation.key);
      activation.stored = snapshots.stored(kept?.text);
      return this.#begin(activation, await this.#settings.activate(activation.key, kept?.snapshot), kept !== undefined);
    } catch (error) {
      return this.#fail(activation, error);
    }
  }

  #begin(activation: Activation, state: unknown, restored: boolean): undefined {
    activation.state = state;
    activation.phase = "ready";
    if (this.#emitter.wants("activated")) this.#emitter.emit("activated", { key: activation.key, restored });
  }

  #fail(activation: Activation, error: unknown): Failure {
    activation.phase = "new";
    return { error };
  }

  #sweep(nowMs: number): number {
    for (let longest = this.#idle.longest; longest !== undefined; longest = this.#idle.longest) {
      const dueMs = longest.idleSinceMs + this.#settings.idleMs;
      if (dueMs > nowMs) return dueMs;
      void this.rest(longest);
    }
    return Number.POSITIVE_INFINITY;
  }
}
