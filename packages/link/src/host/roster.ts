import { OptionError, type Timer } from "@job-orch/core";
import { steadyNow } from "@job-orch/core/substrate";
import { type ExitClass, RestartPolicy } from "@job-orch/supervisor";
import { WorkerStartError } from "../link-errors.ts";
import type { Hello } from "../wire/frames.ts";
import type { Exit, WorkerFactory } from "../worker-link.ts";
import { CrashLoop } from "./crash-loop.ts";
import { Leaving } from "./leaving.ts";
import type { Member } from "./member.ts";
import type { PoolEmitter } from "./pool-events.ts";
import type { PoolSettings } from "./pool-options.ts";
import { WorkerStart } from "./worker-start.ts";

/** No more than this many come up at a time: starting costs tens of milliseconds of CPU each. */
const MOST_STARTING = 2;
/** An ended worker that does not end is left behind. Units: milliseconds. */
const KILL_PATIENCE_MS = 5_000;

interface Place {
  readonly index: number;
  incarnation: number;
  member: Member | undefined;
  /** Waits to start again. */
  timer: Timer | undefined;
}

export interface RosterOptions {
  readonly name: string;
  readonly factory: WorkerFactory;
  readonly settings: PoolSettings;
  readonly emitter: PoolEmitter;
  readonly idPrefix: string;
  /** The names of the pool's jobs, in their places. */
  readonly jobs: () => readonly string[];
  /** Why the worker cannot be used, if it cannot. */
  readonly refuses: (hello: Hello) => string | undefined;
  readonly onReady: (member: Member) => void;
  readonly onBatch: (member: Member, batch: readonly unknown[]) => void;
  /** Settles what the member had. `error`: why it never came up. */
  readonly onDown: (member: Member, exitClass: ExitClass, error: WorkerStartError | undefined) => void;
}

/** The workers of a pool: starts them, starts them again as the restart policy allows, and ends them. */
export class Roster {
  readonly policy: RestartPolicy;
  /** Whether buffers can be moved to workers; they are copied otherwise. */
  readonly moves: boolean;
  readonly #options: RosterOptions;
  readonly #places: readonly Place[];
  /** Those that take requests. */
  readonly ready: Member[] = [];
  readonly #leaving: Leaving;
  readonly #workerStart: WorkerStart;
  #target = 0;
  readonly #crashLoop: CrashLoop;
  #ref = false;

  constructor(options: RosterOptions) {
    this.#options = options;
    const { max, restart } = options.settings;
    this.moves = options.factory.shares;
    this.policy = new RestartPolicy(max, restart);
    this.#leaving = new Leaving({ settings: options.settings, onStuck: (member) => this.#onStuck(member) });
    this.#crashLoop = new CrashLoop({ ...options, policy: this.policy, isWanted: () => this.#target > 0, onLook: () => this.#fill() });
    this.#workerStart = new WorkerStart({
      ...options,
      onUp: (member, hello) => this.#up(member, hello),
      onGone: (member, exit) => this.#down(member, exit),
    });
    this.#places = Array.from({ length: max }, (_, index) => ({ index, incarnation: 0, member: undefined, timer: undefined }));
  }

  /** Workers that are up, coming up, or still leaving. */
  get members(): readonly Member[] {
    return [...this.#places.map(({ member }) => member).filter((member) => member !== undefined), ...this.#leaving.members];
  }

  get starting(): number {
    return this.#places.reduce((count, { member }) => count + (member?.state === "starting" ? 1 : 0), 0);
  }

  get target(): number {
    return this.#target;
  }

  memberAt(place: number): Member | undefined {
    return this.#places[place % this.#places.length]?.member;
  }

  /** Whether who stood in this place before still has requests of lanes: those behind them wait. */
  holdsLanes(place: number): boolean {
    return this.#leaving.holdsLanes(place);
  }

  /** How long until the next start may be tried. Units: milliseconds; 0: now, or one is under way. */
  get nextStartMs(): number {
    if (this.ready.length > 0 || this.starting > 0) return 0;
    const delays = this.#places.map(({ index }) => this.policy.mayStart(index));
    return Math.min(...delays);
  }

  /** A worker has done this much: one that was on probation has proven itself. */
  worked(member: Member, pieces: number): void {
    this.policy.worked(member.place, pieces);
    if (!this.#crashLoop.isOn) return;
    this.#crashLoop.note();
    this.#fill();
  }

  /** Keeps at least so many workers up. */
  want(count: number): void {
    this.#target = Math.max(this.#target, Math.min(count, this.#places.length));
    this.#fill();
  }

  /** One more, when not enough are on their way already. */
  grow(): void {
    if (this.#target < this.#places.length && this.starting < MOST_STARTING) this.want(this.#target + 1);
    else this.#fill();
  }

  /** One less: this one ends when it has ended what it began, unless fewer are up than are wanted: then one that is not up is not wanted any more. */
  shrink(member: Member): void {
    const spare = this.ready.length >= this.#target;
    this.#target = Math.max(this.#options.settings.min, this.#target - 1);
    if (spare) this.retire(member, "scaledDown");
  }

  /** Puts another in its place, and ends it when that is up. */
  recycle(member: Member): void {
    if (member.state !== "ready") return;
    member.state = "retiring";
    this.#leaving.add(member);
    const place = this.#places[member.place];
    if (place?.member === member) place.member = undefined;
    this.#fill();
  }

  /** Gives it no more work, and tells it to end when it has ended what it began. */
  retire(member: Member, why: "scaledDown" | "recycled" | "drained"): void {
    if (member.state === "down" || member.state === "draining") return;
    const wasStarting = member.state === "starting";
    member.asked = why;
    member.state = "draining";
    this.#leave(member);
    if (wasStarting) member.link?.kill();
    else member.link?.tell({ control: "drain" });
    if (why !== "drained") this.#leaving.expectEnd(member); // a stop has its own patience
  }

  /** Gives it no more work, because it is to be ended. Another comes to its place at once. */
  condemn(member: Member, why: "condemned" | "hung" | "outOfMemory"): void {
    if (member.state === "down" || member.state === "condemned") return;
    member.asked = why;
    member.state = "condemned";
    this.#leave(member);
    this.#fill();
  }

  kill(member: Member, why: Member["asked"]): void {
    member.asked ??= why;
    member.kill();
  }

  /** Ends all of them: those that began something get `graceMs` for it. Resolves when none is left. */
  async stop(graceMs: number): Promise<void> {
    this.#target = 0;
    this.#crashLoop.stop();
    for (const place of this.#places) this.#cancelTimer(place);
    const leaving = this.members; // not those that a new start brings meanwhile
    for (const member of leaving) this.retire(member, "drained");
    await this.#leaving.gone(leaving, graceMs);
    for (const member of leaving) this.kill(member, "condemned");
    await this.#leaving.gone(leaving, KILL_PATIENCE_MS);
    for (const member of leaving) this.#down(member, { code: null, lost: true });
  }

  /** Whether the workers keep the process alive. */
  setRef(ref: boolean): void {
    if (this.#ref === ref) return;
    this.#ref = ref;
    for (const { member } of this.#places) member?.link?.setRef(ref);
    for (const member of this.#leaving.members) member.link?.setRef(ref);
  }

  #leave(member: Member): void {
    const at = this.ready.indexOf(member);
    if (at !== -1) this.ready.splice(at, 1);
    const place = this.#places[member.place];
    if (place?.member === member) place.member = undefined;
    this.#leaving.add(member);
  }

  /** Starts what is missing, as far as the policy allows. */
  #fill(): void {
    let missing = this.#target - this.#places.reduce((count, { member }) => count + (member === undefined ? 0 : 1), 0);
    for (const place of this.#places) {
      if (missing <= 0) return;
      if (place.member !== undefined) continue;
      missing--;
      if (place.timer !== undefined) continue;
      const delayMs = this.policy.mayStart(place.index);
      if (delayMs === 0) this.#start(place);
      else if (delayMs !== Number.POSITIVE_INFINITY) this.#startLater(place, delayMs);
    }
  }

  #startLater(place: Place, delayMs: number): void {
    const { name, emitter, settings } = this.#options;
    emitter.emit("restartDelayed", { pool: name, place: place.index, delayMs });
    const again = (): void => {
      place.timer = undefined;
      this.#fill();
    };
    place.timer = settings.environment.clock.after(delayMs, again, { ref: false });
  }

  #start(place: Place): void {
    const member = this.#workerStart.member(place.index, ++place.incarnation);
    place.member = member;
    this.policy.starting(place.index);
    this.#workerStart.begin(member, this.#ref);
  }

  /** It has nothing to do, was told to end and does not. */
  #onStuck(member: Member): void {
    const { name, emitter } = this.#options;
    const { place, incarnation } = member;
    emitter.emit("workerCondemned", { pool: name, place, incarnation, why: "what its jobs borrowed was not let go of in time" });
    this.condemn(member, "condemned");
    member.kill();
  }

  #up(member: Member, hello: Hello): void {
    if (member.state !== "starting" || member.exit !== undefined) return; // too late
    const { name, emitter, settings, refuses } = this.#options;
    const why = refuses(hello);
    if (why !== undefined) {
      member.exit = { code: null, error: new OptionError(why) };
      return void member.link?.kill();
    }
    const nowMs = steadyNow(settings.environment.clock);
    if (hello.credit !== undefined) member.credits.limit(hello.credit);
    member.tellsBegun = hello.tellsBegun ?? false;
    member.state = "ready";
    member.idleSinceMs = nowMs;
    this.ready.push(member);
    this.policy.started(member.place);
    emitter.emit("workerReady", { pool: name, place: member.place, incarnation: member.incarnation, tookMs: nowMs - member.bornMs });
    for (const old of [...this.#leaving.members]) if (old.place === member.place && old.state === "retiring") this.retire(old, "recycled");
    this.#fill();
    this.#crashLoop.note();
    this.#options.onReady(member);
  }

  #down(member: Member, exit: Exit): void {
    if (member.state === "down") return;
    const { name, emitter } = this.#options;
    const started = member.state !== "starting";
    const known: Exit = { ...exit, ...member.exit };
    const exitClass = member.asked ?? (started ? classOf(known) : "startFailure");
    this.#leave(member);
    this.#leaving.remove(member);
    member.state = "down";
    member.exit = known;
    // Of two that stood in one place, only the one that still does decides about its next start.
    const replaced = this.#places[member.place]?.member !== undefined;
    // A worker that was kept for a suspect and ended under it says nothing of the others: nobody else waits longer for that.
    const foreseen = member.reserved && member.inFlight > 0;
    if (!replaced) this.policy.exited(member.place, foreseen ? "recycled" : exitClass);
    emitter.emit("workerExited", { pool: name, place: member.place, incarnation: member.incarnation, exitClass, exit: known });
    this.#crashLoop.note();
    this.#options.onDown(member, exitClass, started || member.asked !== undefined ? undefined : new WorkerStartError(name, known));
    this.#fill();
    this.#leaving.noteGone();
  }

  #cancelTimer(place: Place): void {
    place.timer?.cancel();
    place.timer = undefined;
  }
}

function classOf(exit: Exit): ExitClass {
  if (exit.outOfMemory === true) return "outOfMemory";
  if (exit.hung === true) return "hung";
  return exit.lost === true ? "lost" : "crash"; // also when it left with code 0: nobody had asked it to
}
