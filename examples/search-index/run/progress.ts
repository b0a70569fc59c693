import { type Backlog, NO_BACKLOG } from "./backlog.ts";
import type { Meters } from "./meters.ts";
import { STAGES, type StageName } from "./pipeline.ts";
import { Rate } from "./rate.ts";
import type { Tally } from "./tally.ts";

/** How far one stage is. */
export interface StageProgress {
  readonly stage: StageName;
  /** Requests over, in this run. */
  readonly done: number;
  /** Requests over and still to come, as far as is known. */
  readonly total: number;
  /** Requests that wait for this stage or are worked on in it. */
  readonly backlog: number;
  readonly perSecond: number;
}

/** How far a run is. */
export interface Progress {
  readonly stages: readonly StageProgress[];
  readonly tally: Tally;
  readonly dead: number;
  readonly retried: number;
  readonly elapsedMs: number;
  /** `undefined` while nobody can tell. */
  readonly leftMs: number | undefined;
  /** Whether the walk is still finding files. */
  readonly walking: boolean;
}

/** Works out how far a run is, from what the stages did here and what the store still holds. */
export class ProgressMaker {
  readonly #meters: Meters;
  readonly #tally: Tally;
  readonly #startedMs = performance.now();
  readonly #rates = new Map<StageName, Rate>(STAGES.map((stage) => [stage, new Rate()]));
  #backlog = NO_BACKLOG;
  #stages: readonly StageProgress[];

  constructor(meters: Meters, tally: Tally) {
    this.#meters = meters;
    this.#tally = tally;
    this.#stages = STAGES.map((stage) => this.#stage(stage, NO_BACKLOG, this.#startedMs));
  }

  /** Takes in what the store holds right now: what is done counts with it, as both change in one step. */
  note(backlog: Backlog): void {
    const nowMs = performance.now();
    this.#backlog = backlog;
    this.#stages = STAGES.map((stage) => this.#stage(stage, backlog, nowMs));
  }

  take(): Progress {
    const { walk, read, tokenise, index } = this.#backlog;
    const rest = read + tokenise + index;
    const perSecond = Math.max(...this.#stages.filter(({ stage }) => stage !== "walk").map((stage) => stage.perSecond));
    const sum = (of: "dead" | "retried"): number => STAGES.reduce((all, stage) => all + this.#meters[stage][of], 0);
    return {
      stages: this.#stages,
      tally: this.#tally,
      dead: sum("dead"),
      retried: sum("retried"),
      elapsedMs: performance.now() - this.#startedMs,
      leftMs: walk > 0 || perSecond <= 0 || rest === 0 ? undefined : (rest * 1000) / perSecond,
      walking: walk > 0,
    };
  }

  #stage(stage: StageName, backlog: Backlog, nowMs: number): StageProgress {
    const { done } = this.#meters[stage];
    const perSecond = this.#rates.get(stage)?.note(nowMs, done) ?? 0;
    return { stage, done, total: done + upTo(stage, backlog), backlog: backlog[stage], perSecond };
  }
}

/** Requests in a stage and before it that will come by; parts of a walk are no files, and nobody knows yet how many they hold. */
function upTo(stage: StageName, backlog: Backlog): number {
  if (stage === "walk") return backlog.walk;
  let sum = 0;
  for (const name of STAGES) {
    if (name !== "walk") sum += backlog[name];
    if (name === stage) break;
  }
  return sum;
}
