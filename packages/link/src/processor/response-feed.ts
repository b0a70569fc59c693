import { ClosedError, type Awaitable, type BatchReceive, ReceiveError, type ResponseMessage } from "@job-orch/core";
import { checkSignal, Ring } from "@job-orch/core/substrate";

/** A receiver that is so far behind is cut off: it must not hold up the others, and memory must not grow with it. */
const MOST_WAITING = 65_536;

/** The responses of a pool's job, for one receiver. */
export class ResponseFeed<Response> implements BatchReceive<ResponseMessage<Response>> {
  readonly #name: string;
  readonly #waiting = new Ring<ResponseMessage<Response>>();
  readonly #onEnd: (feed: ResponseFeed<Response>) => void;
  #wake = new Set<() => void>();
  #broken: Error | undefined;
  #closed = false;

  constructor(name: string, onEnd: (feed: ResponseFeed<Response>) => void) {
    this.#name = name;
    this.#onEnd = onEnd;
  }

  push(message: ResponseMessage<Response>): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#broken = new ReceiveError(this.#name, {
        retry: "later",
        cause: new ClosedError(`This receiver fell ${MOST_WAITING} responses behind`),
      });
      this.#onEnd(this);
    } else this.#waiting.push(message);
    this.#wakeAll();
  }

  readonly receive = async (options?: { readonly signal?: AbortSignal }): Promise<ResponseMessage<Response>> => {
    checkSignal(options?.signal);
    for (;;) {
      options?.signal?.throwIfAborted();
      if (this.#closed) throw this.#closedError();
      const message = this.#waiting.shift();
      if (message !== undefined) return message;
      if (this.#broken !== undefined) throw this.#broken;
      await this.#change(options?.signal);
    }
  };

  readonly receiveBatch = (max: number, options?: { readonly signal?: AbortSignal }): Awaitable<readonly ResponseMessage<Response>[]> => {
    if (this.#closed || options?.signal?.aborted === true) return [];
    if (this.#waiting.length === 0 && this.#broken !== undefined) throw this.#broken;
    const batch: ResponseMessage<Response>[] = [];
    while (batch.length < max) {
      const message = this.#waiting.shift();
      if (message === undefined) break;
      batch.push(message);
    }
    return batch.length > 0 ? batch : this.#change(options?.signal).then(() => this.receiveBatch(max, options));
  };

  async *[Symbol.asyncIterator](): AsyncIterator<ResponseMessage<Response>> {
    while (!this.#closed) {
      try {
        yield await this.receive();
      } catch (error) {
        if (this.#closed) return; // a closed receiver ends the loop quietly
        throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting.clear();
    this.#onEnd(this);
    this.#wakeAll();
  }

  /** Resolves when there may be something, or the signal aborts. */
  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        signal?.removeEventListener("abort", finish);
        this.#wake.delete(finish);
        resolve();
      };
      this.#wake.add(finish);
      signal?.addEventListener("abort", finish, { once: true });
    });
  }

  #wakeAll(): void {
    for (const one of [...this.#wake]) one();
  }

  #closedError(): ClosedError {
    return new ClosedError(`The receiver of the responses of "${this.#name}" is closed`);
  }
}
