import type { Clock, Timer } from "../clock.ts";
import type { Headers } from "../contracts/headers.ts";
import { CALLER, CALLERS, ROOT } from "../processor/reserved-headers.ts";
import type { Passage } from "./destination.ts";

/** A link that hands passages to a batch. */
export interface Giver {
  /** Sends the batch on, then lets its parents go; when it cannot be sent, they stay on loan and come again. */
  readonly sendBatch: (passage: Passage, letGo: () => void) => void;
}

interface Waiting {
  readonly passage: Passage;
  readonly giver: Giver;
  /** Ends the loan of its delivery; only the last passage of a delivery has it. */
  readonly letGo: (() => void) | undefined;
}

/** Collects passages until a batch is full or has waited long enough. The links behind a fork share one. */
export class Gatherer {
  readonly #max: number;
  readonly #lingerMs: number;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #timer: Timer | undefined;

  constructor(options: { readonly max: number; readonly lingerMs: number; readonly clock: Clock }) {
    this.#max = options.max;
    this.#lingerMs = options.lingerMs;
    this.#clock = options.clock;
  }

  add(giver: Giver, passages: readonly Passage[], letGo: () => void): void {
    for (const [place, passage] of passages.entries()) {
      this.#waiting.push({ passage, giver, letGo: place === passages.length - 1 ? letGo : undefined });
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
    const headers = batchHeaders(waiting.map(({ passage }) => passage));
    first.giver.sendBatch({ id, value, headers }, () => {
      for (const { letGo } of waiting) letGo?.();
    });
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
