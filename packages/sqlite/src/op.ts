import type { FrameWriter } from "./frame-writer.ts";
import type { Transaction } from "./transaction.ts";

/** What one call asks of the next transaction. It may run again after a rollback. */
export interface Op {
  /** Which of a turn's ops go first. */
  readonly stage: "task" | "settle" | "send";
  /** How much work it is. Units: frames. */
  readonly weight: number;
  /** Not done yet, and it can go on at once: it is cut into pieces. */
  readonly more: boolean;
  /** Nobody waits for it any more. */
  readonly dropped: boolean;
  /** `full`: channels that had no room for earlier ops of this turn. Returns whether it is done; if not it is run again when there may be room. */
  readonly run: (tx: Transaction, writer: FrameWriter, full: Set<string>) => boolean;
  /** It was rolled back because another process is writing, and will be run again; nobody knows when. */
  readonly delayed?: () => void;
  /** The transaction is committed. */
  readonly committed: () => void;
  /** It was rolled back, and will not be run again. `committing`: it may have been committed all the same. */
  readonly failed: (error: unknown, committing: boolean) => void;
}

/** Any other work on the store. */
export class TaskOp<Value> implements Op {
  readonly stage = "task";
  readonly weight = 1;
  readonly more = false;
  readonly dropped = false;
  readonly promise: Promise<Value>;
  readonly #work: (tx: Transaction) => Value;
  readonly #toError: (error: unknown) => unknown;
  #value: Value | undefined;
  #resolve!: (value: Value) => void;
  #reject!: (error: unknown) => void;

  constructor(work: (tx: Transaction) => Value, toError: (error: unknown) => unknown) {
    this.#work = work;
    this.#toError = toError;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  run(tx: Transaction): boolean {
    this.#value = this.#work(tx);
    return true;
  }

  committed(): void {
    this.#resolve(this.#value as Value);
  }

  failed(error: unknown): void {
    this.#reject(this.#toError(error));
  }
}
