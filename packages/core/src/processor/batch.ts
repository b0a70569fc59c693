import { CancelledError } from "../errors/errors.ts";
import type { Frame } from "../transport/frame.ts";

/** One who waits for more than its frame being accepted, and may have given up before that. */
export interface Impatient {
  /** The batch its frame went into; to be told when it gives up. */
  batch: Pick<Batch, "giveUp"> | undefined;
}

const NOBODY = new CancelledError("Everybody who sent something in this batch has given up");

/** One call of the transport on its way: frames that were sent in one turn. */
export class Batch {
  frames: Frame[] = [];
  readonly sent: Promise<void>;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  /** There from when it was handed over: before that others may still join it. */
  #abort: AbortController | undefined;
  /** How many frames of it somebody still wants. */
  #wanted = 0;
  #over = false;

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.sent = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Returns the place of the frame, from 1. */
  add(frame: Frame, sender: Impatient | undefined): number {
    this.#wanted++;
    if (sender !== undefined) sender.batch = this;
    return this.frames.push(frame);
  }

  /** No more frames join it. Returns what aborts when nobody wants anything of it any more. */
  handOver(): AbortSignal {
    this.#abort = new AbortController();
    if (this.#wanted === 0) this.#abort.abort(NOBODY);
    return this.#abort.signal;
  }

  /** One of those who wait for it waits no more. What still waits for room then is not sent, or it would pile up while nobody works. */
  giveUp(): void {
    if (--this.#wanted === 0 && !this.#over) this.#abort?.abort(NOBODY);
  }

  readonly resolve = (): void => {
    this.#end();
    this.#resolve();
  };

  readonly reject = (error: unknown): void => {
    this.#end();
    this.#reject(error);
  };

  #end(): void {
    this.#over = true;
    this.frames = []; // whoever waits for an answer need not keep them
  }
}
