import { type ErasedJob, Ring } from "@job-orch/core/substrate";
import { Claim, EXTRA, type Extra, headOf, takeBack } from "@job-orch/link";
import type { Outbox } from "../protocol/outbox.ts";

interface Waiting {
  readonly id: number;
  /** In the order they came. */
  readonly number: number;
  readonly job: number;
  readonly request: unknown;
  readonly extra: Extra | undefined;
  gone: boolean;
}

/** So many that are gone are no matter. */
const FEW = 16;

/** Why a request that was handed to the runner was not begun by it. */
type WhyNot = "cancelled" | "taken" | "withdrawn";

/** A request that the runner has. */
interface Running {
  readonly slot: number;
  readonly number: number;
}

/**
 * A worker's requests, by the ids that the host gave them: first those that wait, then, in the slots of the runner, those that
 * it was handed.
 */
export class RequestQueue {
  /** Shared with the runner alone: it asks before it begins one. */
  readonly claims: Int32Array;
  readonly #jobs: ReadonlyMap<string, number>;
  readonly #waiting = new Ring<Waiting>();
  readonly #free: number[];
  /** By slot. −1 while it is free. */
  readonly #ids: number[];
  readonly #numbers: number[];
  readonly #whyNot: (WhyNot | undefined)[];
  readonly #requests: (Waiting | undefined)[];
  #gone = 0;
  /** Slots whose request waits again, until the runner has passed over them. */
  #withdrawn = 0;
  #lastNumber = 0;
  #lastArrived = 0;
  #meta: { readonly id: number; readonly extra: Extra } | undefined;

  constructor(jobs: readonly ErasedJob[], slots: number) {
    this.#jobs = new Map(jobs.map(({ name }, index) => [name, index]));
    this.claims = new Int32Array(slots);
    this.#free = Array.from({ length: slots }, (_, slot) => slots - 1 - slot);
    this.#ids = Array.from({ length: slots }, () => -1);
    this.#numbers = Array.from({ length: slots }, () => 0);
    this.#whyNot = Array.from({ length: slots }, () => undefined);
    this.#requests = Array.from({ length: slots }, () => undefined);
  }

  /** How many were not handed to the runner yet. */
  get waiting(): number {
    return this.#waiting.length - this.#gone;
  }

  /** How many the runner has. */
  get running(): number {
    return this.#ids.length - this.#free.length;
  }

  get open(): number {
    return this.waiting + this.running - this.#withdrawn;
  }

  /** What the job may know of the next request with this id. */
  describe(id: number, meta: unknown): void {
    this.#meta = { id, extra: toExtra(meta) };
  }

  /** False when there is no such job. */
  push(id: number, jobName: string, request: unknown): boolean {
    const meta = this.#meta;
    this.#meta = undefined;
    const job = this.#jobs.get(jobName);
    if (job === undefined) return false;
    this.#waiting.push({ id, number: ++this.#lastArrived, job, request, extra: meta?.id === id ? meta.extra : undefined, gone: false });
    return true;
  }

  /** The next that waits, out of turn. */
  shift(): { readonly id: number } | undefined {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined || !next.gone) return next;
      this.#gone--;
    }
  }

  /** Removes one that waits; false when it does not. */
  remove(id: number): boolean {
    let found = false;
    this.#waiting.each((one) => {
      if (one.id !== id || one.gone || found) return;
      one.gone = true;
      found = true;
    });
    if (found) this.#gone++;
    if (this.#gone > this.waiting + FEW) this.#tidy();
    return found;
  }

  /** Forgets those that are gone: a long job in front of them must not keep all that was given up meanwhile. */
  #tidy(): void {
    const kept: Waiting[] = [];
    this.#waiting.each((one) => void (one.gone || kept.push(one)));
    this.#waiting.clear();
    for (const one of kept) this.#waiting.push(one);
    this.#gone = 0;
  }

  /** A batch of at most `most` requests for the runner; says so to the host, all in one, when it wants to know. */
  take(most: number, acks: Outbox | undefined): readonly unknown[] {
    const batch: unknown[] = [];
    let first = 0;
    let taken = 0;
    for (; taken < most && this.#free.length > 0; taken++) {
      const next = this.shift() as Waiting | undefined;
      if (next === undefined) break;
      if (taken === 0) first = next.id;
      const slot = this.#free.pop() as number;
      const number = ++this.#lastNumber;
      this.#ids[slot] = next.id;
      this.#requests[slot] = next;
      this.#numbers[slot] = number;
      this.claims[slot] = Claim.Queued;
      batch.push(headOf(0, next.extra === undefined ? 0 : EXTRA, next.job, slot), number, next.request);
      if (next.extra !== undefined) batch.push(next.extra);
    }
    if (taken > 0) acks?.add(taken === 1 ? `B ${first}` : `B ${first} ${taken}`);
    return batch;
  }

  /** Keeps the runner from beginning one that it was handed; false when it has, or never had it. */
  takeBack(id: number, whyNot: WhyNot): boolean {
    const slot = this.#ids.indexOf(id);
    if (slot === -1 || !takeBack(this.claims, slot)) return false;
    this.#whyNot[slot] = whyNot;
    return true;
  }

  /** Takes all that the runner was handed and has not begun to the front again; says so to the host when it wants to know. */
  withdraw(acks: Outbox | undefined): void {
    const back: Waiting[] = [];
    for (const [slot, request] of this.#requests.entries()) {
      if (request === undefined || !takeBack(this.claims, slot)) continue;
      this.#whyNot[slot] = "withdrawn";
      this.#ids[slot] = -1; // whoever asks for it finds it among those who wait
      this.#withdrawn++;
      back.push(request);
      acks?.add(`B ${request.id} 0`);
    }
    back.sort((a, b) => b.number - a.number);
    for (const request of back) this.#waiting.unshift(request);
  }

  whySkipped(slot: number): WhyNot | undefined {
    return this.#whyNot[slot];
  }

  find(id: number): Running | undefined {
    const slot = this.#ids.indexOf(id);
    return slot === -1 ? undefined : { slot, number: this.#numbers[slot] as number };
  }

  begun(): readonly Running[] {
    return this.#ids.flatMap((id, slot) => (id === -1 ? [] : [{ slot, number: this.#numbers[slot] as number }]));
  }

  idOf(slot: number): number {
    return this.#ids[slot] as number;
  }

  /** The slot is free again; gives whose it was. */
  release(slot: number): number {
    const id = this.#ids[slot] as number;
    this.#ids[slot] = -1;
    if (this.#whyNot[slot] === "withdrawn") this.#withdrawn--;
    this.#requests[slot] = undefined;
    this.#whyNot[slot] = undefined;
    this.#free.push(slot);
    return id;
  }
}

/** What of a host's words on a request is as it must be. */
function toExtra(meta: unknown): Extra {
  const { id, attempt, leftMs, headers, items } = (typeof meta === "object" && meta !== null ? meta : {}) as Readonly<
    Record<string, unknown>
  >;
  return {
    id: typeof id === "string" ? id : undefined,
    attempt: Number.isSafeInteger(attempt) ? (attempt as number) : undefined,
    deadline: typeof leftMs === "number" ? Date.now() + leftMs : undefined,
    headers: isHeaders(headers) ? headers : undefined,
    items: Number.isSafeInteger(items) && (items as number) > 0 ? (items as number) : undefined,
  };
}

function isHeaders(headers: unknown): headers is Readonly<Record<string, string>> {
  return typeof headers === "object" && headers !== null && Object.values(headers).every((value) => typeof value === "string");
}
