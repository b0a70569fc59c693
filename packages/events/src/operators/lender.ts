import { type Awaitable, JobError, type Loan, type LoanReceive, type McReceive } from "@job-orch/core";
import { checkMembers } from "@job-orch/core/substrate";

/** What operators read from. */
export interface Lender<out Message> extends AsyncDisposable {
  readonly room: number;
  /** At its end: whether what waits is handed out, or comes again by itself. */
  readonly flushes: boolean;
  readonly receiveLoans: (max: number, options: { readonly signal: AbortSignal }) => Awaitable<readonly Loan<Message>[]>;
  /** Reads no more: this is the end. */
  readonly finish: () => void;
}

/** Anything that gives messages. One that does not lend lets go of a message when the next is asked for, whatever operators hold. */
export type EventSource<Message> = McReceive<Message> | AsyncIterable<Message>;

const NONE: readonly Loan<never>[] = Object.freeze([]);

/** The beginning of a row of operators. It owns the source. */
export class Root<Message> implements Lender<Message> {
  readonly #source: Partial<LoanReceive<Message>> & AsyncIterable<Message>;
  readonly #finishing = new AbortController();
  #joined: { readonly own: AbortSignal; readonly signal: AbortSignal } | undefined;
  #iterator: AsyncIterator<Message> | undefined;
  #next: Promise<IteratorResult<Message>> | undefined;

  readonly #onDispose: () => void;

  constructor(source: EventSource<Message>, onDispose: () => void) {
    checkMembers("source", source, [Symbol.asyncIterator], "a receiver or another async iterable");
    this.#source = source;
    this.#onDispose = onDispose;
  }

  get room(): number {
    return this.#source.room ?? Number.POSITIVE_INFINITY;
  }

  get flushes(): boolean {
    return this.#finishing.signal.aborted || this.#source.returns !== true;
  }

  readonly finish = (): void => this.#finishing.abort();

  readonly receiveLoans = (max: number, options: { readonly signal: AbortSignal }): Awaitable<readonly Loan<Message>[]> => {
    if (this.#finishing.signal.aborted) return NONE;
    // The stage above comes with the same signal each time.
    if (this.#joined?.own !== options.signal) {
      this.#joined = { own: options.signal, signal: AbortSignal.any([options.signal, this.#finishing.signal]) };
    }
    const { signal } = this.#joined;
    if (this.#source.receiveLoans !== undefined) return this.#source.receiveLoans(max, { signal });
    return this.#one(signal);
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.finish();
    this.#onDispose();
    const isBusy = this.#next !== undefined && isGenerator(this.#source); // it ends no sooner than its step
    if (!isBusy && this.#source[Symbol.asyncDispose] !== undefined) await this.#source[Symbol.asyncDispose]?.();
    else if (this.#iterator?.return !== undefined) void Promise.resolve(this.#iterator.return()).catch(() => undefined); // it may be busy for ever
  }

  async #one(signal: AbortSignal): Promise<readonly Loan<Message>[]> {
    try {
      const message = this.#source.receive === undefined ? await this.#iterate(signal) : { value: await this.#source.receive({ signal }) };
      return message === undefined ? NONE : [{ message: message.value, done: () => undefined }];
    } catch (error) {
      if (signal.aborted || (JobError.is(error) && error.code === "ERR_CLOSED")) return NONE;
      throw error;
    }
  }

  /** An iterator's step cannot be called off: one that was left is taken up by who comes next. */
  async #iterate(signal: AbortSignal): Promise<{ readonly value: Message } | undefined> {
    this.#iterator ??= this.#source[Symbol.asyncIterator]();
    this.#next ??= this.#iterator.next();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const abort = (): void => resolve(undefined);
    signal.addEventListener("abort", abort, { once: true });
    try {
      const step = await Promise.race([this.#next, promise]);
      if (step === undefined) return undefined;
      this.#next = step.done === true ? this.#next : undefined;
      return step.done === true ? undefined : { value: step.value };
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}

function isGenerator(source: object): boolean {
  return (source as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "AsyncGenerator";
}
