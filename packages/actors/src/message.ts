import type { Headers, RunContext } from "@job-orch/core";
import { NO_HEADERS } from "@job-orch/core/substrate";
import type { AsksByName } from "./others.ts";
import type { Asked, Waits } from "./waits.ts";

/** What a message needs to know of the actors it belongs to. */
export interface MessageHome extends AsksByName {
  readonly nextId: () => string;
  /** What its actors wait for. */
  readonly waits: Waits;
  readonly told: (what: "progress" | "log", message: Message, about: object) => void;
}

/**
 * One message on its way to an actor, and what the job sees as its context: one object for everything, because there is
 * one per message on the hot path.
 */
export class Message implements RunContext, Asked {
  readonly home: MessageHome;
  readonly key: string;
  readonly request: unknown;
  headers: Headers = NO_HEADERS;
  /** Units: epoch milliseconds. */
  deadline: number | undefined = undefined;
  /** The same in the clock's steady time. Not `Infinity` for never: a number that is no small integer is one object more per message. */
  endsMs: number | undefined = undefined;
  /** Who waits for it, when an actor does: for its answer, or for its place in a mailbox when it is only told. */
  caller: Message | undefined = undefined;
  resolve: ((response: unknown) => void) | undefined = undefined;
  reject: ((error: unknown) => void) | undefined = undefined;
  /** Called when it got its place in a mailbox, if it had to wait for one. */
  placed: (() => void) | undefined = undefined;
  onEnd: (() => void) | undefined = undefined;
  /** Whether its sender has its answer. */
  ended = false;
  /** Whether its job has ended; one that is late goes on behind its sender's back. */
  isDone = false;
  /** How many of its own asks its job waits for. */
  waits = 0;
  /** Whether it counts as running: one that waits for another actor does not. */
  holdsSlot = false;
  /** Its neighbours in the list of those with a deadline. */
  earlier: Message | undefined = undefined;
  later: Message | undefined = undefined;
  #id: string | undefined;
  /** Made by whoever comes first: the job that asks for its signal, or what aborts it. */
  #controller: AbortController | undefined;

  constructor(home: MessageHome, key: string, request: unknown, id: string | undefined) {
    this.home = home;
    this.key = key;
    this.request = request;
    this.#id = id;
  }

  /** It is itself what is found where its job asks. */
  get asker(): Message {
    return this;
  }

  get id(): string {
    return (this.#id ??= this.home.nextId());
  }

  get attempt(): number {
    return 1;
  }

  get fence(): number {
    return 1;
  }

  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }

  /** Tells the job that nobody waits any more. */
  abort(error: unknown): void {
    (this.#controller ??= new AbortController()).abort(error);
  }

  get progress(): RunContext["progress"] {
    return (value) => this.home.told("progress", this, { value });
  }

  get log(): RunContext["log"] {
    return (level, message, fields) => this.home.told("log", this, { level, message, fields });
  }
}
