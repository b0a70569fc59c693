import { createHash } from "node:crypto";
import type { Clock, Timer } from "../clock.ts";
import type { Headers } from "../contracts/headers.ts";
import { CALLER, CALLERS, ROOT } from "../processor/reserved-headers.ts";
import type { Passage } from "./destination.ts";

/** Sends a batch on; rejects when it was not accepted. */
export type SendBatch = (batch: Passage) => Promise<void>;

/** A delivery whose passages wait in batches, perhaps in several. */
interface Parent {
  left: number;
  accepted: boolean;
  readonly over: (accepted: boolean) => void;
}

interface Waiting {
  readonly passage: Passage;
  readonly parent: Parent;
  readonly send: SendBatch;
}

/** Collects passages until a batch is full or has waited long enough. The links behind a fork share one. */
export class Gatherer {
  readonly #max: number;
  readonly #lingerMs: number;
  readonly #clock: Clock;
  readonly #sending = new Set<Promise<void>>();
  #waiting: Waiting[] = [];
  #timer: Timer | undefined;

  constructor(options: { readonly max: number; readonly lingerMs: number; readonly clock: Clock }) {
    this.#max = options.max;
    this.#lingerMs = options.lingerMs;
    this.#clock = options.clock;
  }

  /** `over` is called once, when every batch with a passage of this delivery was sent, and says whether all were accepted. */
  add(passages: readonly Passage[], send: SendBatch, over: (accepted: boolean) => void): void {
    const parent: Parent = { left: passages.length, accepted: true, over };
    for (const passage of passages) {
      this.#waiting.push({ passage, parent, send });
      if (this.#waiting.length >= this.#max) this.#flush();
    }
    if (this.#waiting.length > 0) this.#timer ??= this.#clock.after(this.#lingerMs, () => this.#flush());
  }

  /** Sends off what is there; resolves when nothing is on its way any more. */
  async empty(): Promise<void> {
    this.#flush();
    await Promise.all(this.#sending);
  }

  #flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const waiting = this.#waiting;
    const first = waiting[0];
    if (first === undefined) return;
    this.#waiting = [];
    const over = (accepted: boolean): void => {
      this.#sending.delete(sending);
      for (const { parent } of waiting) end(parent, accepted);
    };
    const sending = first.send(toBatch(waiting.map(({ passage }) => passage))).then(
      () => over(true),
      () => over(false),
    );
    this.#sending.add(sending);
  }
}

function end(parent: Parent, accepted: boolean): void {
  parent.accepted &&= accepted;
  if (--parent.left === 0) parent.over(parent.accepted);
}

/** Characters of a digest that tell batches apart which begin with the same parent. */
const DIGEST_CHARS = 12;

/** Its id is made from all its parents', so that the same batch again has the same one, and one of others has not. */
function toBatch(passages: readonly Passage[]): Passage {
  return {
    id: batchId(passages),
    value: passages.map(({ value }) => value),
    headers: batchHeaders(passages),
    apart: true,
  };
}

function batchId(passages: readonly Passage[]): string {
  const ids = passages.map(({ id }) => id);
  const [first = ""] = ids;
  if (ids.length === 1) return first;
  const digest = createHash("sha256").update(JSON.stringify(ids)).digest("hex").slice(0, DIGEST_CHARS);
  return `${first}~${ids.length}-${digest}`;
}

/** A batch has the headers of its first parent, and the callers of all; the root only when it is the same for all. */
function batchHeaders(passages: readonly Passage[]): Headers {
  const { [CALLER]: _one, [ROOT]: root, ...first } = passages[0]?.headers ?? {};
  const headers = root !== undefined && passages.every(({ headers: own }) => own[ROOT] === root) ? { ...first, [ROOT]: root } : first;
  const callers: (readonly [string, string])[] = [];
  for (const { id, headers: own } of passages) {
    const address = own[CALLER];
    if (address !== undefined) callers.push([own[ROOT] ?? id, address]);
  }
  return callers.length === 0 ? headers : { ...headers, [CALLERS]: JSON.stringify(callers) };
}
