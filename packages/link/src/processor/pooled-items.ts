import { CancelledError } from "@job-orch/core";
import { Ring, steadyNow } from "@job-orch/core/substrate";
import type { Pool } from "../host/pool.ts";
import { ASSIGNED, type ItemSink, type Task } from "../host/task.ts";

type Step = IteratorResult<unknown, unknown>;

interface Reader {
  readonly resolve: (step: Step) => void;
  readonly reject: (error: unknown) => void;
}

export interface ItemStreamOptions {
  readonly pool: Pool;
  readonly window: number;
  /** How long to wait for each item. Units: milliseconds. */
  readonly timeoutMs: number;
  /** Hands the request in, when the first item is asked for; `attach` or `fail` follows. */
  readonly begin: () => void;
}

const OVER: Step = { done: true, value: undefined };

/**
 * What one job yields, for its caller: `ItemStream` is this, seen through its types. The job may be ahead of the reader by the
 * window; as items are taken, the worker is told that there is room for more.
 */
export class PooledItems implements ItemSink {
  readonly window: number;
  hasSome = false;
  readonly #options: ItemStreamOptions;
  /** Told to the worker when so many were taken since. */
  readonly #grantsAt: number;
  readonly #items = new Ring<unknown>();
  readonly #readers = new Ring<Reader>();
  #begun = false;
  #task: Task | undefined;
  #taken = 0;
  /** When the caller stops waiting, however many items come. Units: milliseconds of steady time. */
  #endsMs = Number.POSITIVE_INFINITY;
  #over = false;
  /** How it ended, until somebody has heard of it. */
  #end: ((reader: Reader) => void) | undefined;

  constructor(options: ItemStreamOptions) {
    this.#options = options;
    this.window = options.window;
    this.#grantsAt = Math.ceil(options.window / 2);
  }

  /** Whether nobody takes anything any more. */
  get isOver(): boolean {
    return this.#over;
  }

  readonly next = (): Promise<Step> => {
    if (!this.#begun) {
      this.#begun = true;
      this.#options.begin();
    }
    if (this.#items.length > 0) {
      const value = this.#items.shift();
      this.#noteTaken();
      return Promise.resolve({ done: false, value });
    }
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      if (this.#over) this.#tellEnd();
      else if (this.#readers.length === 1) this.#expectItem();
    });
  };

  /** The reader has enough: the job is told to stop, and what it yielded is dropped. */
  readonly return = (value?: unknown): Promise<Step> => {
    this.#begun = true;
    this.#items.clear();
    this.#end = undefined;
    if (!this.#over) {
      this.#over = true;
      const { pool } = this.#options;
      const task = this.#task;
      if (task !== undefined) pool.abandon(task, new CancelledError(`Nobody reads the items of request "${pool.idOf(task)}" any more`));
    }
    this.#tellEnd();
    return Promise.resolve({ done: true, value });
  };

  /** The request as it goes to the pool. */
  attach(task: Task): void {
    this.#task = task;
    this.#endsMs = task.endsMs;
    task.items = this;
    task.resolve = (value) => this.#finish(({ resolve }) => resolve({ done: true, value }));
    task.reject = (error) => this.fail(error);
    if (this.#readers.length > 0) this.#expectItem();
  }

  push(value: unknown): void {
    if (this.#over) return;
    this.hasSome = true;
    const reader = this.#readers.shift();
    if (reader === undefined) return this.#items.push(value);
    reader.resolve({ done: false, value });
    this.#noteTaken();
    if (this.#readers.length > 0) this.#expectItem();
    else if (this.#task !== undefined) this.#task.endsMs = this.#endsMs;
  }

  fail(error: unknown): void {
    this.#finish(({ reject }) => reject(error));
  }

  #finish(end: (reader: Reader) => void): void {
    if (this.#over) return;
    this.#over = true;
    this.#end = end;
    this.#tellEnd();
  }

  /** Only who waits has no items before the end. The first hears how it ended, the others that it has. */
  #tellEnd(): void {
    for (let reader = this.#readers.shift(); reader !== undefined; reader = this.#readers.shift()) {
      const end = this.#end;
      this.#end = undefined;
      if (end === undefined) reader.resolve(OVER);
      else end(reader);
    }
  }

  /** Somebody waits: the time for the next item begins. */
  #expectItem(): void {
    const { pool, timeoutMs } = this.#options;
    const task = this.#task;
    if (task === undefined || timeoutMs === Number.POSITIVE_INFINITY) return;
    task.endsMs = Math.min(this.#endsMs, steadyNow(pool.settings.environment.clock) + timeoutMs);
    pool.intake.noteEnds(task);
  }

  #noteTaken(): void {
    if (++this.#taken < this.#grantsAt) return;
    const task = this.#task;
    if (task?.state === ASSIGNED) {
      const { member, slot, number } = task;
      member?.link?.tell({ control: "grant", slot, number, items: this.#taken });
    }
    this.#taken = 0;
  }
}

/** Without what is not the reader's. */
export function toIterator({ next, return: leave }: PooledItems): AsyncIterableIterator<unknown> & AsyncDisposable {
  const iterator = {
    next,
    return: leave,
    [Symbol.asyncIterator]: () => iterator,
    [Symbol.asyncDispose]: async (): Promise<void> => void (await leave()),
  };
  return iterator;
}
