import type { LinkEvents } from "@job-orch/link";
import type { Balance, Balanced } from "./balance.ts";
import type { OpenIds } from "./open-ids.ts";

const NOTHING: readonly number[] = [];

export interface GiveBackOptions {
  readonly place: number;
  readonly balance: Balance | undefined;
  readonly open: OpenIds;
  readonly events: Pick<LinkEvents, "onCredit">;
  /** Asks the worker for these. */
  readonly ask: (ids: readonly number[]) => void;
}

/** One link's part in the balance between workers: what of its requests can be asked back from its worker, and what comes back. */
export class GiveBack implements Balanced {
  readonly place: number;
  readonly #options: GiveBackOptions;
  /** What was asked back together, in the order it was sent. The pool gets it back together as well, or its order would be lost. */
  #round: readonly number[] = [];
  /** Of them, those that have not been answered yet. */
  readonly #asked = new Set<number>();
  /** Of them, those that came back. */
  readonly #back = new Set<number>();
  /** Those that must stay where they are: what was moved to their worker cannot be taken back. */
  readonly #fixed = new Set<number>();
  #steals = false;
  /** What the worker takes, by its own word. */
  #credit = 0;
  /** The pool was told less, so that what was given back does not come again at once. */
  #lowered = false;
  #gaveBack = false;
  /** Who had nothing to do before. */
  #idle: readonly Balanced[] = [];
  #endedMs = 0;

  constructor(options: GiveBackOptions) {
    this.place = options.place;
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#options.open.size === 0;
  }

  get open(): number {
    return this.#options.open.size;
  }

  readonly spare = (sinceMs: number): number => {
    if (!this.#steals || this.#endedMs > sinceMs || this.#round.length > 0) return 0;
    return this.#candidates().length;
  };

  readonly askBack = (count: number): void => {
    this.#round = this.#candidates().slice(0, count).reverse();
    for (const id of this.#round) this.#asked.add(id);
    this.#options.ask(this.#round);
  };

  readonly refill = (): void => this.#options.events.onCredit(this.#credit);

  /** The worker is up. */
  up(credit: number, steals: boolean): void {
    this.#credit = credit;
    this.#steals = steals;
    this.#options.balance?.add(this);
  }

  down(): void {
    this.#options.balance?.remove(this);
  }

  /** The worker takes so many from now on. */
  takes(credit: number): void {
    this.#credit = credit;
    this.#lowered = false;
    this.#options.events.onCredit(credit);
  }

  /** This one cannot be taken back. */
  fix(id: number): void {
    this.#fixed.add(id);
  }

  /** It was given something; `first`: it had nothing before. */
  given(first: boolean): void {
    if (first) this.#endedMs = performance.now();
    this.#options.balance?.soon();
  }

  /** It has begun already: an answer follows. */
  kept(id: number): void {
    this.#asked.delete(id);
  }

  /** It came back; false when nobody asked for it. */
  cameBack(id: number): boolean {
    if (!this.#asked.delete(id)) return false;
    this.#back.add(id);
    return true;
  }

  /** It was answered. */
  ended(id: number): void {
    if (this.#asked.size > 0) this.#asked.delete(id);
    if (this.#fixed.size > 0) this.#fixed.delete(id);
    this.#endedMs = performance.now();
  }

  /** What came back, when nothing more will. */
  takeBack(): readonly number[] {
    if (this.#round.length === 0 || this.#asked.size > 0) return NOTHING;
    const back = this.#round.filter((id) => this.#back.has(id));
    this.#round = NOTHING;
    this.#back.clear();
    this.#gaveBack = back.length > 0;
    return back;
  }

  /** Before the pool hears of what ended. */
  beforeBatch(): void {
    if (!this.#gaveBack) return;
    this.#idle = this.#options.balance?.idle() ?? [];
    if (this.isIdle) return;
    this.#lowered = true;
    this.#options.events.onCredit(this.open);
  }

  /** The pool has heard of it: those who have nothing to do come first. */
  afterBatch(ended: number): void {
    const { balance, events } = this.#options;
    if (this.#gaveBack) {
      this.#gaveBack = false;
      balance?.gaveBack(this, this.#idle);
      this.#idle = [];
    } else if (this.#lowered && ended > 0) {
      this.#lowered = false;
      events.onCredit(this.#credit);
    }
    if (this.isIdle) balance?.soon();
  }

  /** The last first. */
  #candidates(): readonly number[] {
    const unbegun = this.#options.open.unbegun();
    return this.#fixed.size === 0 ? unbegun : unbegun.filter((id) => !this.#fixed.has(id));
  }
}
