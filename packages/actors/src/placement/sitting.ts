import { DeadlineError, type ErrorClass, type Headers, OptionError, type RunContext, systemClock, type Timer } from "@job-orch/core";
import { fromWireError } from "@job-orch/core/substrate";
import { fromText, toText } from "../text.ts";
import { type AskableActors, type AsksByName, workAs } from "../others.ts";
import type { ActorAnswer, ActorAsk, AskAnswer } from "./mail.ts";

interface Asked {
  readonly resolve: (response: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: Timer | undefined;
}

type Answer = ActorAnswer<unknown>;

/**
 * One message at work in a worker, over as many requests of its pool as it takes. A request that waited for other actors would
 * take a slot of the worker that those may need: so it ends with what the job asks, and the host begins the next one when it
 * knows an answer. In between nothing can be said to the host: what is asked meanwhile goes along the next time.
 */
export class Sitting implements AsksByName, RunContext {
  readonly id: string;
  readonly attempt: number;
  readonly fence: number;
  readonly headers: Headers;
  readonly deadline: number | undefined;
  readonly #makeTicket: () => string;
  #ticket: string | undefined;
  readonly #errors: readonly ErrorClass[];
  /** Of the request at hand. */
  #context: RunContext | undefined;
  #answer: ((answer: Answer) => void) | undefined;
  #end: Answer | undefined;
  /** Not told to the host yet, with when nobody waits for it any more. Units: milliseconds of `performance.now()`. */
  #asks: (ActorAsk & { readonly endsMs: number })[] = [];
  readonly #asked = new Map<number, Asked>();
  #lastAsk = 0;
  /** What the host was told of and has not answered. */
  #open = 0;
  #isLeaving = false;
  #controller: AbortController | undefined;

  /** `makeTicket`: called when it has to wait; the same ticket for its whole life. */
  constructor(makeTicket: () => string, context: RunContext, errors: readonly ErrorClass[]) {
    this.#makeTicket = makeTicket;
    this.id = context.id;
    this.attempt = context.attempt;
    this.fence = context.fence;
    this.headers = context.headers;
    this.deadline = context.deadline;
    this.#errors = errors;
    this.#context = context;
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** Begins. `work` must not reject. */
  begin(work: () => Promise<Answer>): Promise<Answer> {
    const answered = new Promise<Answer>((resolve) => (this.#answer = resolve));
    void workAs(this, work).then((end) => {
      this.#end = end;
      for (const n of [...this.#asked.keys()]) this.#take(n); // nobody waits for these any more
      this.#reply();
    });
    return answered;
  }

  /** The next request: brings answers, and ends with the message, or when its job waits for others again. */
  resume(answers: readonly AskAnswer[], context: RunContext): Promise<Answer> {
    const answered = new Promise<Answer>((resolve) => (this.#answer = resolve));
    this.#context = context;
    if (this.#controller !== undefined) this.#listen(context.signal);
    for (const { n, response, error } of answers) {
      this.#open--;
      if (error === undefined) this.#take(n)?.resolve(response === undefined ? undefined : fromText(response));
      else this.#take(n)?.reject(fromWireError(error, this.#errors));
    }
    if (this.#end === undefined) this.#leaveSoon();
    else this.#reply();
    return answered;
  }

  readonly askedBy = (name: string): AskableActors<never, unknown> => ({
    ask: (request, options) => {
      const timeoutMs: number | undefined = options?.timeoutMs;
      if (!Number.isFinite(timeoutMs) || timeoutMs < 0) {
        return Promise.reject(new OptionError('"timeoutMs" is missing: who asks an actor says how long to wait'));
      }
      return this.#send(name, request, timeoutMs);
    },
    tell: (request) => this.#send(name, request, undefined) as Promise<void>,
  });

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#context !== undefined) this.#listen(this.#context.signal);
    }
    return this.#controller.signal;
  }

  get progress(): RunContext["progress"] {
    return (value) => this.#context?.progress(value);
  }

  get log(): RunContext["log"] {
    return (level, message, fields) => this.#context?.log(level, message, fields);
  }

  #send(to: string, request: unknown, timeoutMs: number | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const n = ++this.#lastAsk;
      const text = toText(request);
      const late = (): void => {
        this.#asks = this.#asks.filter((ask) => ask.n !== n);
        this.#take(n)?.reject(new DeadlineError(`"${to}" did not answer in time; it may still work on it`));
      };
      const timer = timeoutMs === undefined ? undefined : systemClock.after(timeoutMs, late);
      this.#asked.set(n, { resolve, reject, timer });
      const endsMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
      this.#asks.push({ n, to, request: text, endsMs });
      this.#leaveSoon();
    });
  }

  #take(n: number): Asked | undefined {
    const asked = this.#asked.get(n);
    asked?.timer?.cancel();
    this.#asked.delete(n);
    return asked;
  }

  /** When the event loop had a turn: what a job asks in one go leaves together. */
  #leaveSoon(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    setImmediate(() => {
      this.#isLeaving = false;
      if (this.#open > 0 || this.#asks.length > 0) this.#reply();
    });
  }

  /** Ends the request at hand, if there is one: with the end of the message, or because its job waits. */
  #reply(): void {
    const answer = this.#answer;
    if (answer === undefined) return;
    const nowMs = performance.now();
    const asks = this.#asks.map(({ endsMs, ...ask }) =>
      endsMs === Number.POSITIVE_INFINITY ? ask : { ...ask, timeoutMs: Math.max(1, Math.round(endsMs - nowMs)) },
    );
    this.#asks = [];
    this.#open += asks.length;
    this.#answer = undefined;
    this.#context = undefined;
    const end = this.#end ?? { waits: (this.#ticket ??= this.#makeTicket()) };
    answer(asks.length === 0 ? end : { ...end, asks });
  }

  #listen(signal: AbortSignal): void {
    if (signal.aborted) this.#controller?.abort(signal.reason);
    else signal.addEventListener("abort", () => this.#controller?.abort(signal.reason), { once: true });
  }
}
