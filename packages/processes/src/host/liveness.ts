import { duration, whole } from "@job-orch/core/substrate";
import { FRAME_TIMEOUT_MS, MOST_LOST_PINGS, SILENCE_MS } from "../protocol/limits.ts";

/** When a worker that gives no sign of life is taken for dead. */
export interface LivenessOptions {
  /** After so long without a word it is asked for one, and again every time as much goes by. Units: milliseconds. Default 10,000. */
  readonly silenceMs?: number;
  /** How often it may be asked in vain. Range: 1 to 100. Default 3. */
  readonly lostPings?: number;
}

/** How often links are looked after, at the least. Units: milliseconds. */
const LOOK_MS = 1_000;
const SHORTEST_LOOK_MS = 5;

export interface LivenessEvents {
  /** Whether it answers pings now. */
  readonly isJudged: () => boolean;
  readonly ping: (token: number) => void;
  readonly onDead: () => void;
}

/** The clock of one link: asks a silent worker for a sign of life, and finds the one that gives none, or leaves a frame unfinished. */
export class Liveness {
  readonly #silenceMs: number;
  readonly #lostPings: number;
  readonly #events: LivenessEvents;
  readonly #timer: NodeJS.Timeout;
  /** When it last said something. */
  #heardMs = performance.now();
  /** When it was last asked for something. A host that could not look for a while must not count that against its workers. */
  #askedMs = 0;
  #unfinishedSinceMs: number | undefined;
  #pings = 0;

  constructor(options: LivenessOptions, events: LivenessEvents) {
    ({ silenceMs: this.#silenceMs, lostPings: this.#lostPings } = toSettings(options));
    this.#events = events;
    const lookMs = Math.max(SHORTEST_LOOK_MS, Math.min(LOOK_MS, this.#silenceMs / 2));
    this.#timer = setInterval(() => this.#look(), lookMs);
    this.#timer.unref();
  }

  /** It said something; whether it left a frame unfinished is told next. */
  heard(): void {
    this.#heardMs = performance.now();
    this.#pings = 0;
  }

  noteUnfinished(unfinished: boolean): void {
    this.#unfinishedSinceMs = unfinished ? (this.#unfinishedSinceMs ?? this.#heardMs) : undefined;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const nowMs = performance.now();
    if (this.#unfinishedSinceMs !== undefined && nowMs - this.#unfinishedSinceMs > FRAME_TIMEOUT_MS) return this.#events.onDead();
    if (nowMs - Math.max(this.#heardMs, this.#askedMs) < this.#silenceMs || !this.#events.isJudged()) return;
    if (this.#pings >= this.#lostPings) return this.#events.onDead();
    this.#askedMs = nowMs;
    this.#pings++;
    this.#events.ping(this.#pings);
  }
}

/** Errors: `ERR_OPTION` when one is out of range. */
export function toSettings({ silenceMs, lostPings }: LivenessOptions): Required<LivenessOptions> {
  return {
    silenceMs: duration("liveness.silenceMs", silenceMs ?? SILENCE_MS),
    lostPings: whole("liveness.lostPings", lostPings ?? MOST_LOST_PINGS, 1, 100),
  };
}
