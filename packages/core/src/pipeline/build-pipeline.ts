import type { BatchReceive } from "../contracts/mc-receive.ts";
import type { RequestMessage, ResponseMessage } from "../contracts/messages.ts";
import type { MpSend } from "../contracts/mp-send.ts";
import type { SubscribeOptions } from "../processor/hosted-processor.ts";
import { OptionError, UnsupportedError } from "../errors/errors.ts";
import type { ErrorClass } from "../errors/wire-error-codec.ts";
import { isPromise, NEVER } from "../processor/awaiting.ts";
import { Caller } from "../processor/caller.ts";
import { ProcessorEmitter, type ProcessorEvents } from "../processor/events.ts";
import type { Outbox } from "../processor/outbox.ts";
import { ReplyDesk } from "../processor/reply-desk.ts";
import type { RequestWriter } from "../processor/request-writer.ts";
import { CALLER, ROOT, toReplyAddress } from "../processor/reserved-headers.ts";
import type { AnySendOptions } from "../processor/send-options.ts";
import type { Frame } from "../transport/frame.ts";
import { type Graph, GraphBuilder } from "./graph.ts";
import { type JoinedRun, joinRun } from "./joined-run.ts";
import * as operators from "./operators.ts";
import type { AnyPart, AnyStage } from "./part.ts";
import { remember } from "./pipeline-parts.ts";

interface Made {
  readonly name: string;
  readonly parts: readonly AnyPart[];
  readonly onError: AnyStage | undefined;
}

/** Makes the pipeline that `pipe` and its fluent methods promise, without their types. */
export function buildPipeline(
  parts: readonly AnyPart[],
  options?: { readonly name?: string; readonly onError?: AnyStage | undefined },
): object {
  const name = options?.name ?? nameOf(parts);
  if (!/^[A-Za-z0-9_.-]{1,150}$/.test(name)) {
    throw new OptionError(
      `A pipeline's name takes 1 to 150 letters, digits, "_", "." and "-"; "${name}" is ${name.length} long: use .named("…")`,
    );
  }
  const made: Made = { name, parts, onError: options?.onError };
  const many = parts.some((part) => ("many" in part && part.many) || ("answers" in part && part.answers === "many"));
  const body = new PipelineBody(name, new GraphBuilder(name, parts, made.onError).build(), many);
  const again = (next: Partial<Made>): object => buildPipeline(next.parts ?? parts, { ...made, ...next });
  const add = (part: AnyPart): object => {
    // What the branch for errors answers goes on to what is added, so it stays with what was there before.
    const before = made.onError === undefined ? parts : [pipeline as unknown as AnyStage];
    return again({ parts: [...before, part], onError: undefined, name: isStage(part) ? `${name}-${part.name}` : name });
  };
  const pipeline = {
    name,
    answers: many ? "many" : "one",
    transport: body.graph.entry.transport,
    requestSender: body.requestSender,
    responseReceiver: body.responseReceiver,
    run: body.run,
    send: body.send,
    sendMany: body.sendMany,
    call: body.call,
    sendReceive: body.sendReceive,
    cancel: body.cancel,
    on: body.on,
    closeIntake: body.closeIntake,
    stop: body.stop,
    close: body.close,
    [Symbol.asyncDispose]: body.close,
    named: (newName: string) => again({ name: newName }),
    onError: (branch: AnyStage) => again({ onError: branch }),
    pipe: add,
    map: (apply: never) => add(operators.map(apply)),
    filter: (keep: never) => add(operators.filter(keep)),
    flatMap: (spread: never) => add(operators.flatMap(spread)),
    tap: (look: never) => add(operators.tap(look)),
    batch: (batchOptions: { readonly max: number }) => add(operators.batch(batchOptions)),
  };
  remember(pipeline, { parts, onError: made.onError, entry: body.graph.entry, responses: body.graph.responses });
  return pipeline;
}

function isStage(part: AnyPart): part is AnyStage {
  return !("operator" in part);
}

function nameOf(parts: readonly AnyPart[]): string {
  const names = parts.filter(isStage).map(({ name }) => name);
  return names.length === 0 ? "merge" : names.join("-");
}

/** What a pipeline does: sends into its first stage, listens at its end, runs what is between. */
class PipelineBody {
  readonly graph: Graph;
  readonly #name: string;
  readonly #many: boolean;
  readonly #emitter = new ProcessorEmitter();
  readonly #writer: Pick<RequestWriter, "frame">;
  readonly #desk: ReplyDesk;
  readonly #caller: Caller;
  #running: Promise<void> | undefined;
  #joined: readonly JoinedRun[] = [];
  #stopping = false;

  constructor(name: string, graph: Graph, many: boolean) {
    this.#name = name;
    this.graph = graph;
    this.#many = many;
    const { entry } = graph;
    const { settings } = entry;
    this.#writer = { frame: (request, options, replyTo, deadlineMs) => this.#frame(request, options, replyTo, deadlineMs) };
    this.#desk = new ReplyDesk({
      processor: name,
      transport: entry.transport,
      bodies: entry.bodies,
      errors: errorsOf(graph),
      clock: settings.environment.clock,
      deskId: entry.nextId(),
      onWaiting: (waits) => graph.engines.forEach(({ intake }) => intake.noteDesk(waits)),
    });
    this.#caller = new Caller({
      name,
      job: { name, run: () => undefined }, // nothing runs here: the stages do
      settings,
      writer: this.#writer,
      outbox: entry.outboxes.to(entry.channels.requests),
      desk: this.#desk,
      emitter: this.#emitter,
      nextId: entry.nextId,
      resources: undefined,
      onAbandoned: (id) => void this.cancel(id).catch(() => undefined),
    });
  }

  readonly requestSender = (): MpSend<RequestMessage<unknown>> => ({
    send: async ({ id, request, headers }, options) => {
      await this.send(request, { id, ...(headers === undefined ? {} : { headers }), ...options });
    },
  });

  readonly send = async (request: unknown, options?: AnySendOptions): Promise<string> => {
    const frame = await this.#writer.frame(request, options, undefined, undefined);
    await this.#requests.send(frame, options?.signal);
    this.#sent(frame.id);
    return frame.id;
  };

  readonly sendMany = async (requests: Iterable<unknown>, options?: AnySendOptions): Promise<readonly string[]> => {
    const frames: Frame[] = [];
    for (const request of requests) frames.push(await this.#writer.frame(request, options, undefined, undefined));
    if (frames.length > 0) await this.#requests.sendAll(frames, options?.signal ?? NEVER);
    return frames.map(({ id }) => {
      this.#sent(id);
      return id;
    });
  };

  readonly call = (request: unknown, options?: AnySendOptions): Promise<unknown> => {
    if (this.#many) return Promise.reject(this.#notOne());
    return this.#caller.call(request, options);
  };

  readonly sendReceive = (request: unknown, options?: AnySendOptions): Promise<unknown> => {
    if (this.#many) return Promise.resolve({ ok: false, error: this.#notOne() });
    return this.#caller.sendReceive(request, options);
  };

  readonly responseReceiver = (options?: SubscribeOptions): Promise<BatchReceive<ResponseMessage<unknown>>> =>
    this.graph.entry.receiverOf(this.graph.responses, errorsOf(this.graph), options);

  readonly cancel = async (id: string): Promise<"cancelled" | "requested"> => {
    const states = await Promise.all(Array.from(this.graph.engines, (engine) => engine.cancelDerived(id)));
    return states.includes("cancelled") ? "cancelled" : "requested";
  };

  readonly on = <Event extends keyof ProcessorEvents>(event: Event, listener: (event: ProcessorEvents[Event]) => void): (() => void) => {
    const emitters = [this.#emitter, ...Array.from(this.graph.engines, ({ emitter }) => emitter)];
    const offs = emitters.map((emitter) => emitter.on(event, listener));
    return () => {
      for (const off of offs) off();
    };
  };

  readonly run = (_resources?: void, options?: { readonly signal?: AbortSignal }): Promise<void> => {
    if (this.#running !== undefined) return Promise.reject(new OptionError(`The pipeline "${this.#name}" runs already`));
    if (options?.signal?.aborted === true) return Promise.reject(options.signal.reason);
    const onAbort = (): void => void this.stop();
    options?.signal?.addEventListener("abort", onAbort, { once: true });
    this.#stopping = false;
    this.#running = this.#work().finally(() => {
      options?.signal?.removeEventListener("abort", onAbort);
      this.#running = undefined;
    });
    return this.#running;
  };

  readonly closeIntake = (): void => this.#joined.forEach((joined) => joined.closeIntake());

  /** Stages first, as what they finish still goes through the links. */
  readonly stop = async (options?: { readonly graceMs?: number }): Promise<void> => {
    if (this.#running === undefined) return;
    const graceMs = this.#stopping ? 0 : (options?.graceMs ?? this.graph.entry.settings.graceMs);
    this.#stopping = true;
    await Promise.all(this.#joined.map(({ leave }) => leave(options)));
    for (const link of this.graph.links) link.stop(graceMs);
    await this.#running?.catch(() => undefined);
  };

  readonly close = async (): Promise<void> => {
    await this.stop();
    await this.#desk.close();
  };

  async #work(): Promise<void> {
    const { engines, links } = this.graph;
    // A processor that runs in its own right, or in another pipeline, works for this one as well.
    this.#joined = Array.from(engines, joinRun).filter((joined) => joined !== undefined);
    const runs = [...this.#joined.map(({ ended }) => ended), ...links.map((link) => link.run())];
    try {
      await Promise.all(runs);
    } finally {
      const { graceMs } = this.graph.entry.settings;
      await Promise.all(this.#joined.map(({ leave }) => leave()));
      for (const link of links) link.stop(this.#stopping ? 0 : graceMs);
      await Promise.allSettled(links.map((_, place) => runs[this.#joined.length + place]));
    }
  }

  #frame(
    request: unknown,
    options: AnySendOptions | undefined,
    replyTo: string | undefined,
    deadlineMs: number | undefined,
  ): Frame | PromiseLike<Frame> {
    const { entry, firstLink } = this.graph;
    if (firstLink === undefined)
      throw new UnsupportedError(`The pipeline "${this.#name}" begins with merge(…): send to one of its sources`);
    const frame = entry.writer.frame(request, options, toReplyAddress(firstLink), deadlineMs);
    const caller = replyTo === undefined ? undefined : { [CALLER]: replyTo };
    const rooted = (written: Frame): Frame => ({ ...written, headers: { ...written.headers, ...caller, [ROOT]: written.id } });
    return isPromise(frame) ? frame.then(rooted) : rooted(frame);
  }

  get #requests(): Outbox {
    const { entry } = this.graph;
    return entry.outboxes.to(entry.channels.requests);
  }

  #sent(id: string): void {
    if (this.#emitter.wants("sent")) this.#emitter.emit("sent", { processor: this.#name, id });
  }

  #notOne(): UnsupportedError {
    return new UnsupportedError(`The pipeline "${this.#name}" may answer a request many times: use send and responseReceiver`);
  }
}

function errorsOf({ engines }: Graph): readonly ErrorClass[] {
  return Array.from(engines).flatMap(({ errors }) => errors);
}
