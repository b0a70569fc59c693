import { OptionError } from "../errors/errors.ts";
import type { Frame } from "../transport/frame.ts";
import type { Transport } from "../transport/transport.ts";
import type { BodyCodec } from "./body-codec.ts";
import { Cancellations } from "./cancellations.ts";
import type { ProcessorChannels } from "./channels.ts";
import { checkSignal } from "./check-arguments.ts";
import type { ErasedJob } from "./erased-job.ts";
import type { ProcessorEmitter } from "./events.ts";
import { Intake } from "./intake.ts";
import { Loop } from "./loop.ts";
import type { ResourceSource, Settings } from "./options.ts";
import type { Outboxes } from "./outbox.ts";
import { Slots } from "./slots.ts";
import { SteadyReceiver } from "./steady-receiver.ts";

/** How many deliveries beyond its concurrency a loop may hold while they wait for their next attempt in it. */
const MOST_HELD_RETRIES = 1_000;

export interface RunsOptions {
  readonly name: string;
  readonly job: ErasedJob;
  readonly transport: Transport;
  readonly channels: ProcessorChannels;
  readonly settings: Settings;
  readonly bodies: BodyCodec;
  readonly emitter: ProcessorEmitter;
  readonly outboxes: Outboxes;
}

/** The runs of a processor, one at a time: each opens the subscriptions, pumps until it is stopped, and gives everything back. */
export class Runs {
  readonly #options: RunsOptions;
  /** From the begin of a run to its end. */
  #running: Promise<void> | undefined;
  /** Aborted by who stops a run that is not open yet. */
  #opening = new AbortController();
  #loop: Loop | undefined;
  readonly intake = new Intake((open) => this.#loop?.setPaused(!open));

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves when it was stopped. */
  async run(source: ResourceSource<unknown> | undefined, signal: AbortSignal | undefined): Promise<void> {
    if (this.#running !== undefined) throw new OptionError(`The processor "${this.#options.name}" runs already`);
    checkSignal(signal);
    signal?.throwIfAborted();
    this.#opening = new AbortController();
    this.intake.set({ closed: false });
    this.#running = this.#work(source, signal).finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async stop(graceMs: number): Promise<void> {
    this.#opening.abort();
    await this.#loop?.stop(graceMs);
    await this.#running?.catch(() => undefined); // what broke it is for who called `run`
  }

  async #work(source: ResourceSource<unknown> | undefined, signal: AbortSignal | undefined): Promise<void> {
    const { name, job, transport, channels, settings, bodies, emitter, outboxes } = this.#options;
    const opening = this.#opening;
    const giveUp = (): void => opening.abort();
    const cancellations = new Cancellations(settings.environment.clock);
    const slots = new Slots(settings.concurrency, source);
    let receiver: SteadyReceiver | undefined;
    signal?.addEventListener("abort", giveUp, { once: true });
    try {
      receiver = await this.#openRequests(opening.signal);
      const isCancelled = (frame: Frame): boolean => cancellations.take(frame);
      const loop = new Loop({ name, job, channels, settings, bodies, emitter, slots, isCancelled, receiver, outboxes });
      await cancellations.open(transport, channels.control, loop, opening.signal);
      if (!opening.signal.aborted) await this.#pump(loop, signal);
    } catch (error) {
      if (!opening.signal.aborted || error !== opening.signal.reason) throw error; // stopped while it opened: that is no failure
    } finally {
      signal?.removeEventListener("abort", giveUp);
      await cancellations.close();
      await receiver?.close();
      await slots.dispose();
    }
  }

  #openRequests(signal: AbortSignal): Promise<SteadyReceiver> {
    const { transport, emitter, name, channels, settings } = this.#options;
    const { concurrency, leaseMs, environment } = settings;
    const maxInFlight = concurrency + (transport.capabilities.delay ? 0 : MOST_HELD_RETRIES);
    return SteadyReceiver.open(
      {
        transport,
        channel: channels.requests,
        receive: { leaseMs, maxInFlight },
        clock: environment.clock,
        onConnected: () => emitter.emit("connected", { processor: name }),
        onDisconnected: (error) => emitter.emit("disconnected", { processor: name, error }),
      },
      signal,
    );
  }

  async #pump(loop: Loop, signal: AbortSignal | undefined): Promise<void> {
    const { graceMs } = this.#options.settings;
    const stop = (): void => void loop.stop(graceMs);
    loop.setPaused(!this.intake.open);
    this.#loop = loop;
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await loop.pump();
    } finally {
      await loop.windDown(graceMs); // waits for what runs, also when the subscription is gone for good
      signal?.removeEventListener("abort", stop);
      this.#loop = undefined;
    }
  }
}
