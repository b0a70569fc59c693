import { AsyncLocalStorage } from "node:async_hooks";
import { UnsupportedError } from "@job-orch/core";
import { Contexts } from "./asking.ts";

/** Actors that can be asked: what `actors` and `placedActors` make. */
export interface AskableActors<in Request, out Response> {
  /** Sends a message and waits for the response. Units: `timeoutMs` is milliseconds, finite. */
  readonly ask: (request: Request, options: { readonly timeoutMs: number }) => Promise<Response>;
  /** Sends a message and does not wait for the response. Promise: resolves when the message was taken. */
  readonly tell: (request: Request) => Promise<void>;
}

/** Actors that a job may ask, by the names that it knows them by. */
export type AskedActors = Readonly<Record<string, AskableActors<never, unknown>>>;

/** On behalf of whom something is asked by name. */
export interface AsksByName {
  /** Nothing can be asked on its behalf any more. */
  readonly isOver?: boolean;
  readonly askedBy: (name: string) => AskableActors<never, unknown> | undefined;
}

/** Found wherever a job in a worker, working for one of its actors, asks. */
const inWorker = new AsyncLocalStorage<AsksByName>();
let isAskedByName = false;

/** Lets a job in a worker ask as somebody. That costs about as much as a small job, so only where somebody can ask by name. */
export function workAs<Value>(somebody: AsksByName, work: () => Value): Value {
  return isAskedByName ? inWorker.run(somebody, work) : work();
}

/**
 * Other actors, for the job of an actor: whoever hosts it says in `asks` who is meant by the name; its own name means its own
 * kind. So the same job asks in this thread, on threads and in processes. Make it where the module of the job is loaded: in a
 * worker, messages that began before the first one was made cannot ask.
 *
 * Errors: of `ask` and `tell`: `ERR_UNSUPPORTED` outside of an actor's job, or when nobody is known by the name; otherwise those of
 *         the actors, among them `ERR_DEADLOCK` when an actor waits, over whatever others, for who asks.
 *
 * @example
 * const stock = actorsNamed<StockRequest, number>("stock");
 * const cart = job<Add, number, Cart>()({ name: "cart", run: async ({ item }) => stock.ask({ item }, { timeoutMs: 1_000 }) });
 */
export function actorsNamed<Request, Response>(name: string): AskableActors<Request, Response> {
  isAskedByName = true;
  // At once, where the job is: what waited may not be the job any more.
  const send = <Value>(how: (others: AskableActors<never, unknown>) => Promise<Value>): Promise<Value> => {
    try {
      const asker = inWorker.getStore() ?? Contexts.asker()?.home;
      if (asker === undefined || asker.isOver === true)
        throw new UnsupportedError(
          `Only the job of an actor, while it works, can ask "${name}" by name; make actorsNamed("${name}") before it begins, where its module is loaded`,
        );
      return how(known(asker.askedBy(name), name));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  };
  return {
    ask: (request, options) => send((others) => others.ask(request as never, options)) as Promise<Response>,
    tell: (request) => send((others) => others.tell(request as never)),
  };
}

/** Errors: `ERR_UNSUPPORTED`. */
export function known(actors: AskableActors<never, unknown> | undefined, name: string): AskableActors<never, unknown> {
  if (actors !== undefined) return actors;
  throw new UnsupportedError(`No actors are known as "${name}" here: name them in the option "asks"`);
}
