import type { AnyJob, Awaitable, InputOf, Job, NameOf, ResourcesOf, ResponseOf, RunContext } from "@job-orch/core";
import { type ErrorClass, LeaseLostError, OptionError } from "@job-orch/core";
import { check, checkJob, type ErasedJob, eraseJob, toWireError } from "@job-orch/core/substrate";
import { randomUUID } from "node:crypto";
import { ERRORS } from "../errors.ts";
import type { ActorAnswer, ActorMail } from "./mail.ts";
import { Sitting } from "./sitting.ts";

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

type RunMail = Extract<ActorMail<unknown>, { readonly do: "run" }>;
type ResumeMail = Extract<ActorMail<unknown>, { readonly do: "resume" }>;

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
  const errors = [...(job.errors ?? []), LeaseLostError, ...ERRORS];
  const worker = new ActorsInWorker(eraseJob(job), options as unknown as ActorsJobOptions<unknown, unknown>, errors);
  return { name: job.name, errors, run: worker.run } as unknown as ActorsJob<InputOf<J>, ResponseOf<J>, NameOf<J>>;
}

class ActorsInWorker {
  readonly #job: ErasedJob;
  readonly #options: ActorsJobOptions<unknown, unknown>;
  readonly #actors = new Map<string, Actor>();
  /** The end of what runs for a key. The host sends one at a time, and may have given up one that does not stop. */
  readonly #tails = new Map<string, Promise<unknown>>();
  /** Messages whose jobs wait for others, by their tickets. */
  readonly #sittings = new Map<string, Sitting>();
  readonly #errors: readonly ErrorClass[];
  /** Makes tickets of this worker that no other has. */
  readonly #own = randomUUID();
  #lastTicket = 0;

  constructor(job: ErasedJob, options: ActorsJobOptions<unknown, unknown>, errors: readonly ErrorClass[]) {
    this.#job = job;
    this.#options = options;
    this.#errors = errors;
  }

  readonly run = async (mail: ActorMail<unknown>, _resources: unknown, context: RunContext): Promise<ActorAnswer<unknown>> => {
    if (mail.do === "greet") return { greets: "actors" };
    if (mail.do === "drop") {
      this.#actors.delete(mail.key);
      return {};
    }
    if (mail.do === "resume") return this.#goOn(mail, context);
    const before = this.#tails.get(mail.key);
    const { promise: tail, resolve } = Promise.withResolvers<void>();
    const end = (): void => {
      if (this.#tails.get(mail.key) === tail) this.#tails.delete(mail.key);
      resolve();
    };
    this.#tails.set(mail.key, tail);
    if (before !== undefined) await before;
    return mail.do === "run" ? this.#work(mail, context, end) : this.#rest(mail.key, mail.epoch).finally(end);
  };

  /** `end` is called when the message has ended, which may be some requests later. */
  async #work(mail: RunMail, context: RunContext, end: () => void): Promise<ActorAnswer<unknown>> {
    const { key, epoch, begin } = mail;
    let actor: Actor | undefined;
    try {
      actor = this.#find(key, epoch);
    } catch (error) {
      end();
      throw error;
    }
    try {
      if (begin !== undefined) {
        actor = { epoch, state: await this.#options.activate(key, begin.snapshot) };
        this.#actors.set(key, actor);
      }
    } catch (error) {
      end();
      return { error: toWireError(error), began: false };
    }
    if (actor === undefined) {
      end();
      return { missing: true };
    }
    const { state } = actor;
    const sitting = new Sitting(() => `${this.#own}:${++this.#lastTicket}`, context, this.#errors);
    return this.#kept(sitting, await sitting.begin(() => this.#run(mail, state, sitting).finally(end)));
  }

  /** Never rejects. */
  async #run({ key, request, keep }: RunMail, state: unknown, context: RunContext): Promise<ActorAnswer<unknown>> {
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

  async #goOn({ ticket, answers }: ResumeMail, context: RunContext): Promise<ActorAnswer<unknown>> {
    const sitting = this.#sittings.get(ticket);
    if (sitting === undefined) return { missing: true };
    this.#sittings.delete(ticket);
    return this.#kept(sitting, await sitting.resume(answers, context));
  }

  /** Remembers a message that waits until its host goes on with it. */
  #kept(sitting: Sitting, answer: ActorAnswer<unknown>): ActorAnswer<unknown> {
    if (answer.waits !== undefined) this.#sittings.set(answer.waits, sitting);
    return answer;
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
