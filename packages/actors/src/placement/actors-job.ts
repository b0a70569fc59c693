import type { AnyJob, Awaitable, InputOf, Job, NameOf, ResourcesOf, ResponseOf, RunContext } from "@job-orch/core";
import { LeaseLostError, OptionError, type WireError } from "@job-orch/core";
import { check, checkJob, type ErasedJob, eraseJob, toWireError } from "@job-orch/core/substrate";

/** What a host asks of the worker where its actors live. */
export type ActorMail<Request> =
  | {
      readonly do: "run";
      readonly key: string;
      readonly epoch: number;
      readonly request: Request;
      /** Makes the actor, from its last snapshot; without it the actor has to be there. */
      readonly begin?: { readonly snapshot: unknown };
      /** Whether the answer is to bring a snapshot of the state along. */
      readonly keep: boolean;
    }
  /** Makes the last snapshot of a state, and forgets it. */
  | { readonly do: "rest"; readonly key: string; readonly epoch: number }
  /** Forgets a state. */
  | { readonly do: "drop"; readonly key: string };

/** What the worker answers. An error is a value here, so that one of the actor's is never taken for one of the worker's. */
export interface ActorAnswer<Response> {
  /** It is not here: this worker began after the actor did. Nothing was run. */
  readonly missing?: true;
  readonly response?: Response;
  readonly error?: WireError;
  /** Whether the actor could be made, when it was to begin. */
  readonly began?: boolean;
  readonly kept?: { readonly snapshot: unknown };
}

export interface ActorsJobOptions<State, Snapshot> {
  /** Makes an actor's state, from its last snapshot if there is one. */
  readonly activate: (key: string, snapshot: Snapshot | undefined) => Awaitable<State>;
  /** What is to be kept of a state; `undefined` keeps nothing. It crosses to the host: a value that the pool carries. */
  readonly passivate: (state: State, key: string) => Awaitable<Snapshot | undefined>;
}

export type ActorsJob<Request, Response, Name extends string = string> = Job<
  Name,
  ActorMail<Request>,
  ActorMail<Request>,
  ActorAnswer<Response>,
  ActorAnswer<Response>,
  void
>;

interface Actor {
  readonly epoch: number;
  state: unknown;
}

/**
 * The worker's side of actors on a pool: a job that a worker file serves and a pool runs, for `poolHosts`. The states live in
 * the worker, their snapshots with the host.
 *
 * Errors: `ERR_OPTION`.
 *
 * @example
 * export const carts = actorsJob(cartJob, { activate: (_cart, total = 0) => ({ total }), passivate: ({ total }) => total });
 * serve(carts);
 */
export function actorsJob<J extends AnyJob, Snapshot = unknown>(
  job: J,
  options: ActorsJobOptions<ResourcesOf<J>, Snapshot>,
): ActorsJob<InputOf<J>, ResponseOf<J>, NameOf<J>> {
  checkJob(job);
  for (const name of ["activate", "passivate"] as const) {
    if (typeof options?.[name] !== "function") throw new OptionError(`"${name}" takes a function`);
  }
  const worker = new ActorsInWorker(eraseJob(job), options as unknown as ActorsJobOptions<unknown, unknown>);
  return { name: job.name, errors: [...(job.errors ?? []), LeaseLostError], run: worker.run } as unknown as ActorsJob<
    InputOf<J>,
    ResponseOf<J>,
    NameOf<J>
  >;
}

class ActorsInWorker {
  readonly #job: ErasedJob;
  readonly #options: ActorsJobOptions<unknown, unknown>;
  readonly #actors = new Map<string, Actor>();
  /** The end of what runs for a key. The host sends one at a time, and may have given up one that does not stop. */
  readonly #tails = new Map<string, Promise<unknown>>();

  constructor(job: ErasedJob, options: ActorsJobOptions<unknown, unknown>) {
    this.#job = job;
    this.#options = options;
  }

  readonly run = async (mail: ActorMail<unknown>, _resources: unknown, context: RunContext): Promise<ActorAnswer<unknown>> => {
    if (mail.do === "drop") {
      this.#actors.delete(mail.key);
      return {};
    }
    const before = this.#tails.get(mail.key);
    const running = before === undefined ? this.#do(mail, context) : before.then(() => this.#do(mail, context));
    const tail = running.catch(() => undefined);
    this.#tails.set(mail.key, tail);
    try {
      return await running;
    } finally {
      if (this.#tails.get(mail.key) === tail) this.#tails.delete(mail.key);
    }
  };

  #do(mail: Exclude<ActorMail<unknown>, { readonly do: "drop" }>, context: RunContext): Promise<ActorAnswer<unknown>> {
    return mail.do === "run" ? this.#work(mail, context) : this.#rest(mail.key, mail.epoch);
  }

  async #work(
    { key, epoch, request, begin, keep }: Extract<ActorMail<unknown>, { readonly do: "run" }>,
    context: RunContext,
  ): Promise<ActorAnswer<unknown>> {
    let actor = this.#find(key, epoch);
    if (begin === undefined && actor === undefined) return { missing: true };
    try {
      if (begin !== undefined) {
        actor = { epoch, state: await this.#options.activate(key, begin.snapshot) };
        this.#actors.set(key, actor);
      }
    } catch (error) {
      return { error: toWireError(error), began: false };
    }
    const { state } = actor as Actor;
    let answer: ActorAnswer<unknown>;
    try {
      const { name } = this.#job;
      const valid = await check(this.#job.request, request, `The request of "${name}"`);
      answer = { response: await check(this.#job.response, await this.#job.run(valid, state, context), `The response of "${name}"`) };
    } catch (error) {
      answer = { error: toWireError(error) };
    }
    // A snapshot that cannot be made now is made at rest, where its failure is told.
    return keep ? { ...answer, ...(await this.#keep(state, key).catch(() => ({}))) } : answer;
  }

  async #rest(key: string, epoch: number): Promise<ActorAnswer<unknown>> {
    const actor = this.#find(key, epoch);
    if (actor === undefined) return { missing: true };
    try {
      const kept = await this.#keep(actor.state, key);
      this.#actors.delete(key);
      return kept;
    } catch (error) {
      return { error: toWireError(error) };
    }
  }

  async #keep(state: unknown, key: string): Promise<Pick<ActorAnswer<unknown>, "kept">> {
    return { kept: { snapshot: await this.#options.passivate(state, key) } };
  }

  /** The actor of this epoch; one of an earlier epoch is none any more. Errors: `ERR_LEASE_LOST` when there is one of a later epoch. */
  #find(key: string, epoch: number): Actor | undefined {
    const actor = this.#actors.get(key);
    if (actor === undefined || actor.epoch === epoch) return actor;
    if (actor.epoch > epoch)
      throw new LeaseLostError(`The actor "${key}" of "${this.#job.name}" lives in epoch ${actor.epoch}; this was sent in ${epoch}`);
    return undefined;
  }
}
