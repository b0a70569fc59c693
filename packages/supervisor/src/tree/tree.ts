import type { Clock, Environment } from "@job-orch/core";
import { oneOf, pause, steadyNow } from "@job-orch/core/substrate";
import { CrashLoopError } from "../errors.ts";
import { type ExitClass, isFailure } from "../policy/exit-class.ts";
import { toRestartSettings } from "../policy/restart-options.ts";
import { RestartPolicy } from "../policy/restart-policy.ts";
import type { TreeOptions } from "./child-spec.ts";
import { classify } from "./classify.ts";
import type { SupervisorEmitter } from "./events.ts";
import type { Ending, Incarnation } from "./incarnation.ts";
import { type CheckedChild, readChildren } from "./read-children.ts";
import { type Nest, type Nested, SupervisedChild } from "./supervised-child.ts";

/** What a whole tree of supervisors shares. */
export interface TreeWorld {
  readonly environment: Environment;
  readonly emitter: SupervisorEmitter;
  /** How long children may take to end, all together, when nobody says. Units: milliseconds. */
  readonly graceMs: number;
  /** How long a child may take to end once its time is over, before it is left behind. Units: milliseconds. */
  readonly cancelMs: number;
  /** Something came up or went down. */
  readonly onChange: () => void;
  /** A child had to be left behind. */
  readonly onForced: () => void;
}

/** Once there is no time left, how long all children together may take to let go. Units: milliseconds. */
const RUSH_MS = 700;

/** A supervisor and its children: starts them left to right, again when they fail, and stops them right to left. */
export class Tree implements Nested {
  readonly #path: string;
  readonly #options: TreeOptions;
  readonly #world: TreeWorld;
  readonly #clock: Clock;
  readonly #children: readonly SupervisedChild[];
  readonly #policy: RestartPolicy<string>;
  readonly #up = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #rush = new AbortController();
  #rushEndsMs = Number.POSITIVE_INFINITY;
  /** Everything from here on is being stopped, to be started again. */
  #clearFrom = Number.POSITIVE_INFINITY;
  #clearing = false;
  #looping = false;
  #intakeClosed = false;
  #shutting: Promise<void> | undefined;
  #timer: { readonly cancel: () => void } | undefined;

  constructor(path: string, children: readonly CheckedChild[], options: TreeOptions, world: TreeWorld) {
    this.#path = path;
    this.#options = options;
    this.#world = world;
    this.#clock = world.environment.clock;
    this.#children = children.map((child) => new SupervisedChild(child));
    this.#policy = new RestartPolicy(children.length, { ...options, environment: world.environment });
    oneOf("strategy", options.strategy ?? "one_for_one", ["one_for_one", "rest_for_one", "one_for_all"]);
    oneOf("whenCrashLooping", options.whenCrashLooping ?? "escalate", ["escalate", "probe"]);
    checkBelow(children);
  }

  /** Resolves when every child has been up at once. */
  get up(): Promise<void> {
    return this.#up.promise;
  }

  get isUp(): boolean {
    return this.#shutting === undefined && this.#children.every((child) => child.isUpOrDone && child.isWhole);
  }

  /** Resolves when it was stopped, or no child is left to run. Rejects with `ERR_CRASH_LOOP`. */
  readonly run = (): Promise<void> => {
    this.#pump();
    return this.#ended.promise;
  };

  /** Everything goes down soon: nobody takes anything new from outside, also not who is started again until then. */
  readonly closeIntake = (): void => {
    if (this.#intakeClosed) return;
    this.#intakeClosed = true;
    for (const { life } of this.#children) life?.closeIntake();
  };

  readonly stop = (graceMs: number): void => {
    void this.#shut(graceMs).then(() => this.#ended.resolve());
  };

  readonly hurry = (): void => {
    if (this.#rush.signal.aborted) return;
    this.#rushEndsMs = this.#nowMs() + RUSH_MS;
    this.#rush.abort();
    for (const { life } of this.#children) {
      life?.stop(0);
      life?.hurry();
    }
    this.stop(0);
  };

  /** Starts what is down and may start now; sets a timer for the rest. */
  #pump(): void {
    if (this.#shutting !== undefined || this.#clearing) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#noticeRecovery();
    let soonestMs = this.#looping ? this.#policy.provenAfterMs : Number.POSITIVE_INFINITY;
    for (const [at, child] of this.#children.entries()) {
      if (child.phase !== "down" || this.#waitsForEarlier(child, at)) continue;
      const delayMs = this.#policy.mayStart(child.id);
      if (delayMs === 0) this.#begin(child);
      else soonestMs = Math.min(soonestMs, delayMs);
    }
    if (soonestMs !== Number.POSITIVE_INFINITY) this.#timer = this.#clock.after(soonestMs, () => this.#pump());
    if (this.#children.every(({ phase }) => phase === "done")) this.stop(0);
    if (this.#shutting === undefined && this.#children.every(({ isUpOrDone }) => isUpOrDone)) this.#up.resolve();
    this.#world.onChange();
  }

  /** The first time, and where later children depend on earlier ones, everything before it must be up. */
  #waitsForEarlier(child: SupervisedChild, at: number): boolean {
    if (child.wasUp && (this.#options.strategy ?? "one_for_one") === "one_for_one") return false;
    return this.#children.slice(0, at).some(({ isUpOrDone }) => !isUpOrDone);
  }

  #begin(child: SupervisedChild): void {
    this.#policy.starting(child.id);
    const nest: Nest = (id, spec) => new Tree(`${this.#path}/${id}`, readChildren(spec.children), spec, this.#world);
    const life = child.begin(this.#clock, nest);
    if (this.#intakeClosed) life.closeIntake();
    void life.up.then(() => this.#cameUp(child, life));
    void life.ended.then((ending) => this.#hasEnded(child, life, ending));
  }

  #cameUp(child: SupervisedChild, life: Incarnation): void {
    if (child.life !== life || child.phase !== "starting") return;
    child.phase = "up";
    child.wasUp = true;
    this.#policy.started(child.id);
    this.#world.emitter.emit("started", { ...this.#about(child), incarnation: child.incarnation });
    this.#pump();
  }

  #hasEnded(child: SupervisedChild, life: Incarnation, ending: Ending): void {
    if (child.life !== life) return; // it was left behind before
    const { restart } = child.spec;
    const left = this.#intakeClosed && ending.how === "returned"; // it lived on what comes from outside, and nothing does any more
    const asked = left || child.phase === "stopping";
    const exitClass = asked ? this.#askedClass : classify(ending, restart);
    const failure = isFailure(exitClass);
    child.life = undefined;
    child.phase = left || restart === "temporary" || (restart === "transient" && !failure && !asked) ? "done" : "down";
    this.#world.emitter.emit("exited", { ...this.#about(child), incarnation: child.incarnation, exitClass, error: ending.error });
    if (child.phase === "done") this.#policy.forget(child.id);
    else this.#judge(child, exitClass, ending.error, asked);
    this.#pump();
    this.#world.onChange();
  }

  /** It will be started again: when, and who else with it. */
  #judge(child: SupervisedChild, exitClass: ExitClass, error: unknown, asked: boolean): void {
    const { failure, failures, delayMs, state } = this.#policy.exited(child.id, exitClass);
    if (asked || this.#shutting !== undefined) return;
    if (failure && state === "crashLooping" && !this.#looping) {
      this.#looping = true;
      this.#world.emitter.emit("crashLooping", { ...this.#about(child), error });
      if (this.#options.whenCrashLooping !== "probe") return this.#escalate(child, error);
    }
    if (failure) this.#world.emitter.emit("restarting", { ...this.#about(child), delayMs, failures });
    const strategy = this.#options.strategy ?? "one_for_one";
    if (strategy !== "one_for_one") void this.#clear(strategy === "one_for_all" ? 0 : this.#children.indexOf(child) + 1);
  }

  #escalate(child: SupervisedChild, cause: unknown): void {
    const { intensity } = toRestartSettings(this.#children.length, this.#options);
    const error = new CrashLoopError(this.#path, child.id, intensity, cause);
    this.#world.emitter.emit("escalated", { supervisor: this.#path, error });
    void this.#shut(this.#world.graceMs).then(() => this.#ended.reject(error));
  }

  /** Stops what depends on a child that failed, right to left. A failure further left meanwhile takes more with it. */
  async #clear(from: number): Promise<void> {
    this.#clearFrom = Math.min(this.#clearFrom, from);
    if (this.#clearing) return;
    this.#clearing = true;
    for (let next = this.#lastLive(this.#clearFrom); next !== undefined; next = this.#lastLive(this.#clearFrom)) {
      await this.#stopChild(next, Math.min(next.spec.shutdownMs, this.#world.graceMs));
      if (this.#shutting !== undefined) break; // everything is being stopped now
    }
    this.#clearing = false;
    this.#clearFrom = Number.POSITIVE_INFINITY;
    this.#pump();
  }

  #shut(graceMs: number): Promise<void> {
    this.#shutting ??= this.#stopAll(this.#nowMs() + graceMs);
    return this.#shutting;
  }

  async #stopAll(endMs: number): Promise<void> {
    this.#timer?.cancel();
    this.closeIntake();
    for (let next = this.#lastLive(0); next !== undefined; next = this.#lastLive(0)) {
      await this.#stopChild(next, Math.min(next.spec.shutdownMs, Math.max(0, endMs - this.#nowMs())));
    }
  }

  #lastLive(from: number): SupervisedChild | undefined {
    return this.#children.findLast((child, at) => at >= from && child.isLive);
  }

  async #stopChild(child: SupervisedChild, graceMs: number): Promise<void> {
    const { life } = child;
    if (life === undefined) return;
    if (child.stopping === undefined) {
      child.phase = "stopping";
      child.stopping = { cutShort: new AbortController(), done: Promise.resolve() };
      child.stopping.done = this.#end(child, life, graceMs, child.stopping.cutShort.signal).finally(() => (child.stopping = undefined));
      return child.stopping.done;
    }
    const { cutShort, done } = child.stopping; // by a group that was to start anew, perhaps with more time than there is now
    await this.#wait(life, graceMs, this.#rush.signal);
    cutShort.abort();
    await done;
  }

  /** Grace; then a while to let go; then it is left behind. */
  async #end(child: SupervisedChild, life: Incarnation, graceMs: number, cutShort: AbortSignal): Promise<void> {
    const { cancelMs, emitter, onForced } = this.#world;
    life.stop(this.#rush.signal.aborted ? 0 : graceMs);
    await this.#wait(life, graceMs + cancelMs / 2, AbortSignal.any([this.#rush.signal, cutShort]));
    if (child.life !== life) return;
    life.hurry();
    await this.#wait(life, Math.min(cancelMs / 2, Math.max(0, this.#rushEndsMs - this.#nowMs())), undefined);
    if (child.life !== life) return;
    onForced();
    emitter.emit("abandoned", { ...this.#about(child), incarnation: child.incarnation });
    this.#hasEnded(child, life, { how: "returned", error: undefined });
  }

  /** Until that life has ended and this tree knows, or the time is over. */
  async #wait(life: Incarnation, ms: number, signal: AbortSignal | undefined): Promise<void> {
    const over = new AbortController();
    void life.ended.then(() => over.abort());
    await pause(this.#clock, ms, signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]));
  }

  get #askedClass(): ExitClass {
    return this.#intakeClosed ? "drained" : "recycled";
  }

  #noticeRecovery(): void {
    if (!this.#looping || this.#policy.state !== "ok") return;
    this.#looping = false;
    this.#world.emitter.emit("recovered", { supervisor: this.#path });
  }

  #about({ id }: SupervisedChild): { readonly supervisor: string; readonly child: string } {
    return { supervisor: this.#path, child: id };
  }

  #nowMs(): number {
    return steadyNow(this.#clock);
  }
}

/** What is wrong further down is said at once, not when it is first started. */
function checkBelow(children: readonly CheckedChild[]): void {
  for (const { what } of children) {
    if (!("children" in what)) continue;
    const below = readChildren(what.children);
    toRestartSettings(below.length, { ...what });
    checkBelow(below);
  }
}
