import type { Backlog } from "./backlog.ts";
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
  readonly #totals = new Map<StageName, number>();

  constructor(meters: Meters, tally: Tally) {
    this.#meters = meters;
    this.#tally = tally;
  }

  take(backlog: Backlog): Progress {
    const nowMs = performance.now();
    const stages = STAGES.map((stage) => this.#stage(stage, backlog, nowMs));
    const rest = backlog.read + backlog.tokenise + backlog.index;
    const perSecond = Math.max(...stages.filter(({ stage }) => stage !== "walk").map((stage) => stage.perSecond));
    return {
      stages,
      tally: this.#tally,
      dead: STAGES.reduce((sum, stage) => sum + this.#meters[stage].dead, 0),
      retried: STAGES.reduce((sum, stage) => sum + this.#meters[stage].retried, 0),
      elapsedMs: nowMs - this.#startedMs,
      leftMs: backlog.walk > 0 || perSecond <= 0 || rest === 0 ? undefined : (rest * 1000) / perSecond,
      walking: backlog.walk > 0,
    };
  }

  #stage(stage: StageName, backlog: Backlog, nowMs: number): StageProgress {
    const { done } = this.#meters[stage];
    const coming = done + upTo(stage, backlog);
    // What is between two stages while we look would make the sum flicker: it only grows, until nothing is left.
    const total = coming === done ? done : Math.max(coming, this.#totals.get(stage) ?? 0);
    this.#totals.set(stage, total);
    return { stage, done, total, backlog: backlog[stage], perSecond: this.#rates.get(stage)?.note(nowMs, done) ?? 0 };
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
