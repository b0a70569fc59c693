import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import type { Awaitable } from "@job-orch/core";
import { type ErasedJob, isPromise } from "@job-orch/core/substrate";
import type { Message } from "./message.ts";
import { type Work, workOf } from "./work-of.ts";

/** What is found where somebody asks: on behalf of which message, if any. */
export interface Asking {
  readonly asker: Message | undefined;
}

/** Found wherever in the calls of a job, and whenever after it waited, somebody asks. */
const asking = new AsyncLocalStorage<Asking>();
/** Runs a function in the context that this module was loaded in: without anybody's message. */
const outside = new AsyncResource("JobOrchActors");

/** Asks for nobody. */
export const NOBODY: Asking = { asker: undefined };

/** What brings a message on somebody's behalf, and is told which one it has become. */
export interface Carrier {
  readonly asking: Asking;
  carried: Message | undefined;
}

let carrier: Carrier | undefined;

/** Messages whose job does not wait for anything, one after the other. */
class Sharing implements Asking {
  asker: Message | undefined = undefined;
  isOver = false;
}

/**
 * Runs jobs so that what they ask is known to be asked by them. A context of its own costs as much as all else together, and
 * only a job that waits needs one: as long as none does, all share one. Whoever asks there after the job has ended asks for
 * nobody, or for the first message that does wait, if it is under way; from either on, each has its own.
 */
export class Contexts {
  readonly #work: Work;
  readonly #shared = new Sharing();
  readonly #inShared: AsyncResource;

  constructor(job: ErasedJob) {
    this.#work = workOf(job);
    this.#inShared = outside.runInAsyncScope(() => asking.run(this.#shared, () => new AsyncResource("JobOrchActors")));
  }

  /** The message on whose behalf somebody asks now. */
  static asker(): Message | undefined {
    const found = asking.getStore();
    if (found === undefined) return undefined;
    const { asker } = found;
    if (asker === undefined && found !== NOBODY) (found as Sharing).isOver = true; // it was shared by a job that goes on after its end
    return asker === undefined || asker.isDone ? undefined : asker;
  }

  /** On whose behalf somebody asks now, to ask for them later. */
  static asking(): Asking {
    const asker = Contexts.asker();
    return asker ?? NOBODY;
  }

  /** Lets a function ask for somebody. */
  static carry<Value>(by: Carrier, ask: () => Value): Value {
    carrier = by;
    try {
      return Contexts.asker() === by.asking.asker ? ask() : asking.run(by.asking, ask);
    } finally {
      carrier = undefined; // a host that is none of ours did not look
    }
  }

  /** The message that is brought now, if one is. */
  static carried(message: Message): void {
    if (carrier === undefined) return;
    carrier.carried = message;
    carrier = undefined;
  }

  run(message: Message, state: unknown): Awaitable<unknown> {
    const shared = this.#shared;
    // One that is asked in between, by the job that has it, gets its own.
    if (shared.isOver || shared.asker !== undefined) return outside.runInAsyncScope(this.#alone, undefined, message, state);
    shared.asker = message;
    let waits = false;
    try {
      const returned = this.#inShared.runInAsyncScope(this.#work, undefined, message.request, state, message);
      waits = isPromise(returned);
      return returned;
    } finally {
      if (waits) shared.isOver = true;
      else shared.asker = undefined;
    }
  }

  readonly #alone = (message: Message, state: unknown): Awaitable<unknown> => {
    const before = asking.getStore();
    asking.enterWith(message);
    try {
      return this.#work(message.request, state, message);
    } finally {
      // On Node 22 the context is shared by all who run outside: one that asked in between goes on as itself.
      if (before !== undefined) asking.enterWith(before);
    }
  };
}
