import type { Backlog } from "./backlog.ts";

/** More files than this found and not read: the walk waits. */
const MOST_FOUND = 50_000;
/** More files than this read and not tokenised: reading waits. */
const MOST_READ = 128;

interface Pausable {
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Keeps the fast stages from running away from the slow ones, so that memory and the store stay small. */
export class FlowGate {
  /** Files read and not tokenised, as far as we know: other processes do both as well. */
  #read = 0;
  readonly #walking: Valve;
  readonly #reading: Valve;

  constructor(stages: { readonly walk: Pausable; readonly read: Pausable }) {
    this.#walking = new Valve(stages.walk, MOST_FOUND);
    this.#reading = new Valve(stages.read, MOST_READ);
  }

  fileRead(): void {
    this.#reading.turn(++this.#read);
  }

  fileTokenised(): void {
    this.#reading.turn(--this.#read);
  }

  /** Puts right what was counted, by what is in the store. */
  update({ read, tokenise }: Backlog): void {
    this.#read = tokenise;
    this.#reading.turn(tokenise);
    this.#walking.turn(read);
  }
}

/** Closes when full and opens when half empty: not for every single request. */
class Valve {
  readonly #stage: Pausable;
  readonly #most: number;
  #open = true;

  constructor(stage: Pausable, most: number) {
    this.#stage = stage;
    this.#most = most;
  }

  turn(waiting: number): void {
    if (this.#open && waiting > this.#most) this.#stage.pause();
    else if (!this.#open && waiting < this.#most / 2) this.#stage.resume();
    else return;
    this.#open = !this.#open;
  }
}
