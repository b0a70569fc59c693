import type { Awaitable } from "../contracts/awaitable.ts";
import type { BatchReceive } from "../contracts/mc-receive.ts";
import type { ResponseMessage } from "../contracts/messages.ts";
import type { Processor } from "../contracts/processor.ts";
import type { Result } from "../contracts/result.ts";
import type { SubscribeOptions } from "../processor/hosted-processor.ts";
import type { ProcessorEvents } from "../processor/events.ts";
import type { CallOptions, SendOptions } from "../processor/send-options.ts";
import type { Transport } from "../transport/transport.ts";
import type { StageFailure } from "./graph.ts";
import type { LinkContext } from "./operator.ts";
import type { Accepts, After, AnyPart, AnyStage, AnyStep, InOf, IsMany, NameOfPart, OutOf, Ready } from "./part.ts";

/** How many answers a request gets: one, so that it can be called, or any number. */
export type Answers = "one" | "many";

/** The answers of a pipeline with one more part. */
export type AnswersWith<Before extends Answers, Part> = Before extends "many" ? "many" : IsMany<Part> extends true ? "many" : "one";

/** A function of pipelines with one answer; for others, one that takes nothing but this sentence. */
type Single<How extends Answers, Fn> = How extends "one"
  ? Fn
  : (request: "this pipeline may answer a request many times: use send and responseReceiver", options?: unknown) => never;

/** What can be sent to a pipeline. */
type Sendable<Request> = [Request] extends [never]
  ? "a pipeline that begins with merge(…) takes no requests: send to its sources"
  : Request;

/**
 * Processors in a row, and a processor again: send to it, call it, nest it. Each hand-off is accepted downstream before it
 * is let go upstream; inside one transactional store the two are one step.
 */
export interface Pipeline<Request, Response, Name extends string = string, How extends Answers = "one", T extends Transport = Transport>
  extends Processor<Request, Response, void>, AsyncDisposable {
  readonly name: Name;
  readonly answers: How;
  readonly send: (request: Sendable<Request>, options?: SendOptions<T>) => Promise<string>;
  readonly sendMany: (requests: Iterable<Sendable<Request>>, options?: Omit<SendOptions<T>, "id">) => Promise<readonly string[]>;
  /** Sends a request through all stages and waits for the last one's response. Throws what any stage threw. */
  readonly call: Single<How, (request: Request, options?: CallOptions<T>) => Promise<Response>>;
  readonly sendReceive: Single<How, (request: Request, options?: CallOptions<T>) => Promise<Result<Response>>>;
  readonly responseReceiver: (options?: SubscribeOptions) => Promise<BatchReceive<ResponseMessage<Response>>>;
  /**
   * Cancels a request wherever it is on its way, and every part that was made of it; parts that nobody has begun are cancelled as they come by.
   * A batch that it shares with other requests goes on.
   */
  readonly cancel: (id: string) => Promise<"cancelled" | "requested">;
  /** Listens to the life of requests in every stage; `event.processor` says which. */
  readonly on: <Event extends keyof ProcessorEvents>(event: Event, listener: (event: ProcessorEvents[Event]) => void) => () => void;
  /** The step before `stop`, where several end together: its stages take nothing more, except while callers in this process wait. Until the next `run`. */
  readonly closeIntake: () => void;
  /** Stops its stages and links gracefully; calling it again hands back at once. */
  readonly stop: (options?: { readonly graceMs?: number }) => Promise<void>;
  /** Stops, answers every caller that still waits, and gives its channels back. Its processors stay open: they are yours. */
  readonly close: () => Promise<void>;

  /** The same under another name; the name is in its channels, so keep it over restarts. */
  readonly named: <const NewName extends string>(name: NewName) => Pipeline<Request, Response, NewName, How, T>;
  /** Hands errors of stages to a branch, whose response is then the answer. */
  readonly onError: <const Branch extends AnyStage>(
    branch: [StageFailure] extends [InOf<Branch>]
      ? Ready<Branch>
      : `'${NameOfPart<Branch>}' does not take a StageFailure ({ stage, id, error })`,
  ) => Pipeline<Request, Response | OutOf<Branch>, Name, How, T>;

  readonly pipe: <const Next extends AnyPart>(
    next: Accepts<Name, Response, Next>,
  ) => Pipeline<Request, After<Response, Next>, NextName<Name, Next>, AnswersWith<How, Next>, T>;
  readonly map: <Out>(apply: (value: Response, context: LinkContext) => Awaitable<Out>) => Pipeline<Request, Out, Name, How, T>;
  readonly filter: {
    <Out extends Response>(keep: (value: Response, context: LinkContext) => value is Out): Pipeline<Request, Out, Name, How, T>;
    (keep: (value: Response, context: LinkContext) => Awaitable<boolean>): Pipeline<Request, Response, Name, How, T>;
  };
  readonly flatMap: <Out>(
    spread: (value: Response, context: LinkContext) => Awaitable<Iterable<Out> | AsyncIterable<Out>>,
  ) => Pipeline<Request, Out, Name, "many", T>;
  readonly tap: (look: (value: Response, context: LinkContext) => Awaitable<void>) => Pipeline<Request, Response, Name, How, T>;
  readonly batch: (options: { readonly max: number; readonly lingerMs?: number }) => Pipeline<Request, readonly Response[], Name, How, T>;
}

/** Stages join the name; steps between them do not. */
export type NextName<Name extends string, Part> = Part extends AnyStep ? Name : `${Name}-${NameOfPart<Part>}`;

/** The transport where a pipeline's callers are: that of its first stage. */
export type TransportOf<Part> = Part extends { readonly transport: infer T extends Transport } ? T : Transport;
