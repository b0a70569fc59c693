import type { RequestMessage } from "../contracts/messages.ts";
import type { MpSend } from "../contracts/mp-send.ts";
import type { Result } from "../contracts/result.ts";
import { defaultCodec } from "../codec/codec.ts";
import { ClosedError, UnsupportedError } from "../errors/errors.ts";
import type { ErrorClass } from "../errors/wire-error-codec.ts";
import type { AnyJob } from "../job/job.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Frame } from "../transport/frame.ts";
import { NEVER, isPromise } from "./awaiting.ts";
import { BodyCodec } from "./body-codec.ts";
import { Caller } from "./caller.ts";
import { Canceller } from "./canceller.ts";
import { checkedKey, checkMembers, checkSignal } from "./check-arguments.ts";
import { channelsOf, type ProcessorChannels } from "./channels.ts";
import { eraseJob, type ErasedJob } from "./erased-job.ts";
import { ProcessorEmitter } from "./events.ts";
import { idSource } from "./ids.ts";
import type { Intake } from "./intake.ts";
import { duration, isShared, type ProcessorOptions, type ResourceSource, type Settings, toSettings, whole } from "./options.ts";
import { type Outbox, Outboxes } from "./outbox.ts";
import { ReplyDesk } from "./reply-desk.ts";
import { RequestWriter } from "./request-writer.ts";
import { ResponseReceiver } from "./response-receiver.ts";
import { Runs } from "./runs.ts";
import type { SubscribeOptions } from "./hosted-processor.ts";
import type { AnySendOptions } from "./send-options.ts";

const MOST_IN_FLIGHT = 1_000_000;

/** What a processor does, without the types of its job: `HostedProcessor` is this, seen through them. */
export class Engine {
  readonly name: string;
  readonly job: ErasedJob;
  readonly transport: ProcessorOptions["transport"];
  readonly channels: ProcessorChannels;
  readonly emitter = new ProcessorEmitter();
  readonly nextId: () => string;
  readonly intake: Intake;
  readonly #settings: Settings;
  readonly #source: ResourceSource<unknown> | undefined;
  readonly bodies: BodyCodec;
  readonly outboxes: Outboxes;
  readonly #requests: Outbox;
  readonly #writer: RequestWriter;
  readonly #desk: ReplyDesk;
  readonly #caller: Caller;
  readonly #canceller: Canceller;
  readonly #receivers = new Set<ResponseReceiver>();
  readonly #runs: Runs;
  #closing: Promise<void> | undefined;

  constructor(job: AnyJob, options: ProcessorOptions) {
    this.name = job.name;
    this.job = eraseJob(job);
    this.transport = options.transport;
    this.channels = channelsOf(job.name);
    this.#settings = toSettings(options);
    this.#source = options.resources;
    this.bodies = new BodyCodec(options.transport.capabilities, options.codec ?? defaultCodec);
    this.outboxes = new Outboxes(options.transport);
    this.#requests = this.outboxes.keep(this.channels.requests);
    const { name, transport, channels, outboxes, emitter, bodies } = this;
    this.#runs = new Runs({ name, job: this.job, transport, channels, settings: this.#settings, bodies, emitter, outboxes });
    this.intake = this.#runs.intake;
    const { environment } = this.#settings;
    this.nextId = idSource(environment);
    const { nextId } = this;
    this.#writer = new RequestWriter({ name: this.name, job: this.job, settings: this.#settings, bodies: this.bodies, nextId });
    this.#desk = new ReplyDesk({
      processor: this.name,
      transport: options.transport,
      bodies: this.bodies,
      errors: this.errors,
      clock: environment.clock,
      deskId: nextId(),
      onWaiting: this.intake.noteDesk,
    });
    this.#canceller = new Canceller({ name, transport, channels, bodies, outboxes, emitter, stacks: this.#settings.stacks });
    this.#caller = this.callerWith(this.callerResources);
  }

  /** What the caller's side of the cache may use: shared resources, or none where the job needs none; never those of a slot. */
  get callerResources(): { readonly value: unknown } | undefined {
    if (isShared(this.#source)) return { value: this.#source.value };
    return this.#source === undefined ? { value: undefined } : undefined;
  }

  get errors(): readonly ErrorClass[] {
    return this.job.errors ?? [];
  }

  get settings(): Settings {
    return this.#settings;
  }

  get writer(): RequestWriter {
    return this.#writer;
  }

  /** A caller whose side of the cache works with these resources. */
  callerWith(resources: { readonly value: unknown } | undefined): Caller {
    return new Caller({
      name: this.name,
      job: this.job,
      settings: this.#settings,
      writer: this.#writer,
      outbox: this.#requests,
      desk: this.#desk,
      emitter: this.emitter,
      nextId: this.nextId,
      resources,
      // Best effort: who gave up does not wait for the cancellation either.
      onAbandoned: (id) => void this.cancel(id).catch(() => undefined),
    });
  }

  readonly requestSender = (): MpSend<RequestMessage<unknown>> => ({
    send: async ({ id, request, headers }, options) => {
      const own = headers === undefined ? { id } : { id, headers };
      await this.send(request, options?.signal === undefined ? own : { ...own, signal: options.signal });
    },
  });

  readonly send = (request: unknown, options?: AnySendOptions): Promise<string> => {
    try {
      const frame = this.#writer.frame(request, options, undefined, undefined);
      return isPromise(frame) ? this.#dispatchLater(frame, options?.signal) : this.#dispatch(frame, options?.signal);
    } catch (error) {
      return Promise.reject(error);
    }
  };

  readonly sendMany = async (requests: Iterable<unknown>, options?: Omit<AnySendOptions, "id">): Promise<readonly string[]> => {
    checkSignal(options?.signal);
    checkMembers("requests", requests, [Symbol.iterator], "an array or another iterable");
    const frames: Frame[] = [];
    for (const request of requests) {
      const frame = this.#writer.frame(request, options, undefined, undefined);
      frames.push(isPromise(frame) ? await frame : frame);
    }
    if (frames.length > 0) await this.#requests.sendAll(frames, options?.signal ?? NEVER);
    return frames.map(({ id }) => {
      this.#sent(id);
      return id;
    });
  };

  readonly toFrame = async (request: unknown, options?: AnySendOptions): Promise<Frame> =>
    this.#writer.frame(request, options, undefined, undefined);

  readonly call = (request: unknown, options?: AnySendOptions): Promise<unknown> => this.#caller.call(request, options);

  readonly sendReceive = (request: unknown, options?: AnySendOptions): Promise<Result<unknown>> =>
    this.#caller.sendReceive(request, options);

  readonly responseReceiver = (options?: SubscribeOptions): Promise<ResponseReceiver> =>
    this.receiverOf(this.channels.responses, this.errors, options);

  /** Subscribes to a broadcast of responses on this transport. */
  async receiverOf(channel: ChannelSpec, errors: readonly ErrorClass[], options?: SubscribeOptions): Promise<ResponseReceiver> {
    this.#assertOpen();
    checkSignal(options?.signal);
    if (options?.group !== undefined) checkedKey("group", options.group);
    if (options?.group !== undefined && !this.transport.capabilities.groups) {
      throw new UnsupportedError(`'${this.transport.name}' has no 'groups' capability`);
    }
    const { leaseMs, environment } = this.#settings;
    const receiver = await ResponseReceiver.open(
      {
        transport: this.transport,
        channel,
        group: options?.group,
        maxInFlight: options?.maxInFlight === undefined ? undefined : whole("maxInFlight", options.maxInFlight, 1, MOST_IN_FLIGHT),
        leaseMs,
        bodies: this.bodies,
        errors,
        clock: environment.clock,
        onClosed: (closed) => this.#receivers.delete(closed),
        onDisconnected: (error) => this.emitter.emit("disconnected", { processor: this.name, error }),
      },
      options?.signal ?? NEVER,
    );
    if (this.#closing !== undefined) await receiver[Symbol.asyncDispose](); // while it opened
    this.#assertOpen();
    this.#receivers.add(receiver);
    return receiver;
  }

  get isRunning(): boolean {
    return this.#runs.isRunning;
  }

  readonly run = async (resources?: ResourceSource<unknown>, options?: { readonly signal?: AbortSignal }): Promise<void> => {
    this.#assertOpen();
    await this.#runs.run(this.#source ?? resources, options?.signal);
  };

  /** Stops taking requests, waits for what runs, hands back the rest. Calling it again hands back at once. */
  readonly stop = async (options?: { readonly graceMs?: number }): Promise<void> => {
    if (options?.graceMs !== undefined) duration("graceMs", options.graceMs, 0);
    await this.#runs.stop(options?.graceMs ?? this.#settings.graceMs);
  };

  readonly pause = (): void => this.intake.set({ paused: true });

  readonly resume = (): void => this.intake.set({ paused: false });

  /** Where nothing outlives the process, all that comes in is from inside it: that is taken until the stop. */
  readonly closeIntake = (): void => this.intake.set({ closed: this.transport.capabilities.durable !== "none" });

  /** Cancels by id, whoever sent the request and wherever it runs. */
  readonly cancel = (id: string): Promise<"cancelled" | "requested"> => this.#cancel(id, "cancel");

  /** The same, and whatever pipelines made of it here: parts that `flatMap` and `fanOut` gave ids of their own. */
  readonly cancelDerived = (id: string): Promise<"cancelled" | "requested"> => this.#cancel(id, "cancel-derived");

  readonly close = (): Promise<void> => (this.#closing ??= this.#close());

  async #close(): Promise<void> {
    await this.stop();
    await this.#desk.close();
    await Promise.all(Array.from(this.#receivers, (receiver) => receiver[Symbol.asyncDispose]()));
    await this.outboxes.close();
  }

  #dispatch(frame: Frame, signal: AbortSignal | undefined): Promise<string> {
    if (signal !== undefined) checkSignal(signal);
    const sent = this.#requests.send(frame, signal);
    if (sent !== undefined) return this.#sentLater(frame.id, sent);
    this.#sent(frame.id);
    return Promise.resolve(frame.id);
  }

  // Apart from the rest, because the hot path must not pay for their closures.
  #dispatchLater(frame: PromiseLike<Frame>, signal: AbortSignal | undefined): Promise<string> {
    return Promise.resolve(frame.then((written) => this.#dispatch(written, signal)));
  }

  #sentLater(id: string, sent: PromiseLike<void>): Promise<string> {
    return Promise.resolve(
      sent.then(() => {
        this.#sent(id);
        return id;
      }),
    );
  }

  #sent(id: string): void {
    if (this.emitter.wants("sent")) this.emitter.emit("sent", { processor: this.name, id });
  }

  async #cancel(id: string, what: "cancel" | "cancel-derived"): Promise<"cancelled" | "requested"> {
    this.#assertOpen();
    checkedKey("id", id);
    return this.#canceller.cancel(id, what);
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError(`The processor "${this.name}" is closed`);
  }
}
