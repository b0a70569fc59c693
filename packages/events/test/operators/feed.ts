import { type Awaitable, ClosedError, type Loan, type LoanReceive } from "@job-orch/core";

/** A receiver that a test fills by hand, and that keeps book of what was let go. */
export class Feed<Message> implements LoanReceive<Message> {
  readonly returns: boolean;
  /** What was let go, in that order. */
  readonly done: Message[] = [];
  readonly #most: number;
  readonly #waiting: Message[] = [];
  #lent = 0;
  #changed: () => void = () => undefined;
  #ended = false;
  disposed = false;

  constructor({ returns = false, most = 512 } = {}) {
    this.returns = returns;
    this.#most = most;
  }

  get room(): number {
    return this.#most - this.#lent;
  }

  /** How many were not asked for yet. */
  get left(): number {
    return this.#waiting.length;
  }

  push(...messages: readonly Message[]): this {
    for (const message of messages) this.#waiting.push(message);
    this.#changed();
    return this;
  }

  end(): this {
    this.#ended = true;
    this.#changed();
    return this;
  }

  readonly receiveLoans = async (max: number, options?: { readonly signal?: AbortSignal }): Promise<readonly Loan<Message>[]> => {
    for (;;) {
      if (options?.signal?.aborted === true || this.disposed) return [];
      const taken = this.#waiting.splice(0, Math.max(0, Math.min(max, this.room)));
      this.#lent += taken.length;
      if (taken.length > 0) return taken.map((message) => this.#loan(message));
      if (this.#ended && this.#waiting.length === 0) return [];
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        options?.signal?.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  };

  readonly receiveBatch = (): Awaitable<readonly Message[]> => Promise.reject(new ClosedError("not used here"));
  readonly receive = (): Promise<Message> => Promise.reject(new ClosedError("not used here"));
  // oxlint-disable-next-line require-yield
  async *[Symbol.asyncIterator](): AsyncIterator<Message> {
    throw new ClosedError("not used here");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
    this.#changed();
  }

  #loan(message: Message): Loan<Message> {
    let over = false;
    const done = (): void => {
      if (over) return;
      over = true;
      this.#lent--;
      this.done.push(message);
      this.#changed();
    };
    return { message, done };
  }
}

/** Everything that comes out, as a list that fills by itself. */
export function collect<Message>(receiver: AsyncIterable<Message>): { readonly out: Message[]; readonly ended: Promise<void> } {
  const out: Message[] = [];
  const ended = (async () => {
    for await (const message of receiver) out.push(message);
  })();
  ended.catch(() => undefined);
  return { out, ended };
}
