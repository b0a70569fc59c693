import type { Backlog } from "./backlog.ts";

/** More files than this found and not read: the walk waits. */
const MOST_FOUND = 50_000;
/** More texts than this read and not tokenised: reading waits. */
const MOST_TEXTS = 256;
/** … or this much text. Units: bytes. */
const MOST_TEXT_BYTES = 4 * 1024 * 1024;

interface Pausable {
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Keeps the fast stages from running away from the slow ones, so that memory and the store stay small. */
export class FlowGate {
  /** Texts read here and not tokenised, as far as we know: other processes do both as well. */
  #texts = 0;
  #textBytes = 0;
  #found = 0;
  readonly #walk: Valve;
  readonly #read: Valve;

  constructor(stages: { readonly walk: Pausable; readonly read: Pausable }) {
    this.#walk = new Valve(stages.walk);
    this.#read = new Valve(stages.read);
  }

  textRead(bytes: number): void {
    this.#texts++;
    this.#textBytes += bytes;
    this.#turn();
  }

  textDone(bytes: number): void {
    this.#texts--;
    this.#textBytes = Math.max(0, this.#textBytes - bytes);
    this.#turn();
  }

  /** Puts right what was counted, by what is in the store. */
  update({ read, tokenise }: Backlog): void {
    this.#found = read;
    this.#texts = tokenise;
    if (tokenise === 0) this.#textBytes = 0;
    this.#turn();
  }

  #turn(): void {
    this.#walk.turn(this.#found / MOST_FOUND);
    this.#read.turn(Math.max(this.#texts / MOST_TEXTS, this.#textBytes / MOST_TEXT_BYTES));
  }
}

/** Closes when full and opens when half empty: not for every single request. */
class Valve {
  readonly #stage: Pausable;
  #open = true;

  constructor(stage: Pausable) {
    this.#stage = stage;
  }

  turn(fill: number): void {
    if (this.#open && fill > 1) this.#stage.pause();
    else if (!this.#open && fill < 0.5) this.#stage.resume();
    else return;
    this.#open = !this.#open;
  }
}
