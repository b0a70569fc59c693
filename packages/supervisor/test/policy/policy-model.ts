import { type ExitClass, isFailure } from "../../src/index.ts";

interface Moment {
  readonly atMs: number;
  readonly slot: number;
  readonly kind: "starting" | "started" | "worked" | "exited" | "forgotten";
  readonly pieces?: number;
  readonly exitClass?: ExitClass;
  /** Whether the pool was crash looping just before. */
  readonly looping: boolean;
}

interface Options {
  readonly slots: number;
  readonly most: number;
  readonly random: number;
}

const WINDOW_MS = 60_000;

/** What a restart policy must say, worked out anew from everything that ever happened. */
export class PolicyModel {
  readonly #options: Options;
  readonly #history: Moment[] = [];
  #nowMs = 0;
  #looping = false;
  /** How much of the history came before the last crash loop ended. */
  #anewAt = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  starting(slot: number): void {
    this.#note({ slot, kind: "starting" });
  }

  started(slot: number): void {
    this.#note({ slot, kind: "started" });
  }

  worked(slot: number, pieces: number): void {
    const proves = this.#looping && this.#proving(slot);
    this.#note({ slot, kind: "worked", pieces });
    if (proves) this.#recover();
  }

  exited(slot: number, exitClass: ExitClass): void {
    this.#note({ slot, kind: "exited", exitClass });
    if (exitClass === "scaledDown") this.forget(slot);
    if (this.#recentFailures().length > this.#options.most) this.#looping = true;
  }

  forget(slot: number): void {
    this.#note({ slot, kind: "forgotten" });
  }

  wait(ms: number): void {
    this.#nowMs += ms;
    const slots = Array.from({ length: this.#options.slots }, (_, slot) => slot);
    if (!this.#looping) return;
    const proven = slots.some((slot) => this.#proving(slot) && this.#nowMs - this.#last(slot, "started").atMs >= 5_000);
    const quiet = this.#recentFailures().length === 0 && slots.some((slot) => this.phase(slot) === "up" && !this.#proving(slot));
    if (proven || quiet) this.#recover();
  }

  state(): "ok" | "crashLooping" {
    return this.#looping ? "crashLooping" : "ok";
  }

  phase(slot: number): "down" | "starting" | "up" {
    const last = this.#of(slot).findLast(({ kind }) => kind !== "worked");
    if (last?.kind === "starting") return "starting";
    return last?.kind === "started" ? "up" : "down";
  }

  oneByOne(): boolean {
    return this.#looping || this.#startsFail();
  }

  /** How many starts must still show what they are. */
  underProbation(): number {
    return this.#others(-1).length;
  }

  mayStart(slot: number): number {
    const failures = this.#of(slot).filter(({ exitClass }) => exitClass !== undefined && isFailure(exitClass));
    const own = failures.at(-1);
    const ownMs = own === undefined ? 0 : own.atMs + this.#backoffMs(this.#inARow(slot)) - this.#nowMs;
    if (!this.oneByOne()) return Math.max(0, ownMs);
    if (this.#others(slot).length > 0) return Number.POSITIVE_INFINITY;
    const paced = this.#paced();
    const paceMs = paced.length === 0 ? 0 : (paced.at(-1)?.atMs ?? 0) + this.#backoffMs(paced.length) - this.#nowMs;
    return Math.max(0, ownMs, paceMs);
  }

  #others(slot: number): readonly number[] {
    const all = Array.from({ length: this.#options.slots }, (_, other) => other);
    return all.filter((other) => other !== slot && (this.phase(other) === "starting" || this.#proving(other)));
  }

  #proving(slot: number): boolean {
    if (!this.#looping || this.phase(slot) !== "up") return false;
    const started = this.#last(slot, "started");
    return started.looping && this.#history.indexOf(started) >= this.#anewAt; // in this crash loop, not in one before
  }

  #startsFail(): boolean {
    const last = this.#history.findLast(({ kind, exitClass }) => kind === "started" || exitClass === "startFailure");
    return last?.kind === "exited";
  }

  /** Failures while starts went one by one, since the pace was last set back. */
  #paced(): readonly Moment[] {
    const backAt = this.#history.findLastIndex(({ kind, looping }) => kind === "started" && !looping);
    const paced: Moment[] = [];
    let startsFail = false;
    let looping = false;
    for (const [index, moment] of this.#history.entries()) {
      if (moment.kind === "started") startsFail = false;
      if (moment.exitClass === undefined || !isFailure(moment.exitClass)) continue;
      if (moment.exitClass === "startFailure") startsFail = true;
      looping = this.#loopingAfter(index);
      if ((looping || startsFail) && index > backAt && index >= this.#anewAt) paced.push(moment);
    }
    return paced;
  }

  #loopingAfter(index: number): boolean {
    const next = this.#history[index + 1];
    if (next !== undefined && next.atMs === this.#history[index]?.atMs) return next.looping || this.#overAt(index);
    return this.#overAt(index) || (this.#history[index]?.looping ?? false);
  }

  #overAt(index: number): boolean {
    const atMs = this.#history[index]?.atMs ?? 0;
    const counted = this.#history
      .slice(this.#anewAt, index + 1)
      .filter((moment) => this.#isFailure(moment) && atMs - moment.atMs < WINDOW_MS);
    return counted.length > this.#options.most;
  }

  /** Failures of a slot since it was last healthy. */
  #inARow(slot: number): number {
    let count = 0;
    let upSinceMs: number | undefined;
    let pieces = 0;
    for (const { kind, atMs, pieces: more = 0, exitClass } of this.#of(slot)) {
      if (kind === "started") [upSinceMs, pieces] = [atMs, 0];
      if (kind === "worked") pieces += more;
      if (kind === "starting") upSinceMs = undefined;
      if (exitClass === undefined) continue;
      if (upSinceMs !== undefined && (atMs - upSinceMs >= 60_000 || pieces >= 1_000)) count = 0;
      if (isFailure(exitClass)) count++;
      upSinceMs = undefined;
    }
    return count;
  }

  #backoffMs(failures: number): number {
    return failures <= 1 ? 0 : Math.round(this.#options.random * Math.min(30_000, 100 * 2 ** (failures - 2)));
  }

  #recentFailures(): readonly Moment[] {
    return this.#history.slice(this.#anewAt).filter((moment) => this.#isFailure(moment) && this.#nowMs - moment.atMs < WINDOW_MS);
  }

  #isFailure({ exitClass }: Moment): boolean {
    return exitClass !== undefined && isFailure(exitClass);
  }

  /** What happened to a slot since it was last forgotten. */
  #of(slot: number): readonly Moment[] {
    const all = this.#history.filter((moment) => moment.slot === slot);
    return all.slice(all.findLastIndex(({ kind }) => kind === "forgotten") + 1);
  }

  #last(slot: number, kind: Moment["kind"]): Moment {
    const last = this.#of(slot).findLast((moment) => moment.kind === kind);
    if (last === undefined) throw new Error(`slot ${slot} was never ${kind}`);
    return last;
  }

  #recover(): void {
    this.#looping = false;
    this.#anewAt = this.#history.length;
  }

  #note(moment: Pick<Moment, "slot" | "kind" | "pieces" | "exitClass">): void {
    this.#history.push({ ...moment, atMs: this.#nowMs, looping: this.#looping });
  }
}
