import type { Clock, Timer } from "../clock.ts";
import type { Headers } from "../contracts/headers.ts";
import { CALLER, CALLERS, ROOT } from "../processor/reserved-headers.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Passage } from "./destination.ts";

/** A batch on its way: its one passage, and the deliveries that are over when it was accepted. */
export interface Gathered {
  readonly passage: Passage;
  readonly parents: readonly Delivery[];
}

interface Waiting {
  readonly passage: Passage;
  readonly delivery: Delivery;
  /** Whether this is the last passage of its delivery. */
  readonly last: boolean;
}

/** Collects passages until a batch is full or has waited long enough. */
export class Gatherer {
  readonly #max: number;
  readonly #lingerMs: number;
  readonly #clock: Clock;
  readonly #full: (batch: Gathered) => void;
  #waiting: Waiting[] = [];
  #timer: Timer | undefined;

  constructor(options: { readonly max: number; readonly lingerMs: number; readonly clock: Clock; readonly full: (batch: Gathered) => void }) {
    this.#max = options.max;
    this.#lingerMs = options.lingerMs;
    this.#clock = options.clock;
    this.#full = options.full;
  }

  add(delivery: Delivery, passages: readonly Passage[]): void {
    for (const [place, passage] of passages.entries()) {
      this.#waiting.push({ passage, delivery, last: place === passages.length - 1 });
      if (this.#waiting.length >= this.#max) this.flush();
    }
    if (this.#waiting.length > 0) this.#timer ??= this.#clock.after(this.#lingerMs, () => this.flush());
  }

  /** Sends off what is there. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const waiting = this.#waiting;
    const first = waiting[0];
    if (first === undefined) return;
    this.#waiting = [];
    // Made from its parents, so that the same batch again has the same id.
    const id = waiting.length === 1 ? first.passage.id : `${first.passage.id}~${waiting.length}`;
    const value = waiting.map(({ passage }) => passage.value);
    const parents = waiting.filter(({ last }) => last).map(({ delivery }) => delivery);
    this.#full({ passage: { id, value, headers: batchHeaders(waiting.map(({ passage }) => passage)) }, parents });
  }

  /** Gives up what waits: its deliveries go back. */
  drop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting = [];
  }
}

/** A batch has the headers of its first parent, and the callers of all. */
function batchHeaders(passages: readonly Passage[]): Headers {
  const { [CALLER]: _one, [ROOT]: _root, ...headers } = passages[0]?.headers ?? {};
  const callers: (readonly [string, string])[] = [];
  for (const { id, headers: own } of passages) {
    const address = own[CALLER];
    if (address !== undefined) callers.push([own[ROOT] ?? id, address]);
  }
  return callers.length === 0 ? headers : { ...headers, [CALLERS]: JSON.stringify(callers) };
}
