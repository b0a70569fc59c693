import {
  type Audience,
  type ChannelSpec,
  ClosedError,
  type Control,
  type Inspect,
  OptionError,
  type Receiver,
  type ReceiveOptions,
  type Sender,
  type Transport,
} from "@job-orch/core";
import { capabilitiesOf, type Isolation, type MemoryCapabilities } from "./capabilities.ts";
import { Channels } from "./channels.ts";
import { MemoryControl } from "./control.ts";
import type { Home } from "./home.ts";
import { MemoryInspect } from "./inspect.ts";
import type { Mailbox } from "./mailbox.ts";
import { MemoryReceiver } from "./memory-receiver.ts";
import { MemorySender } from "./memory-sender.ts";
import { type MemoryOptions, toSettings, whole } from "./options.ts";
import { Stamps } from "./stamps.ts";
import { Timers } from "./timers.ts";
import { TurnClock } from "./turn-clock.ts";

/** Channels within this process: nothing is kept when it ends. */
export class MemoryTransport<Isolated extends Isolation = Isolation>
  implements Transport<MemoryCapabilities<Isolated>>, Inspect, Control, Audience
{
  readonly name = "memory";
  readonly capabilities: MemoryCapabilities<Isolated>;
  readonly depth: Inspect["depth"];
  readonly list: Inspect["list"];
  readonly history: Inspect["history"];
  readonly redrive: Control["redrive"];
  readonly remove: Control["remove"];
  readonly pause: Control["pause"];
  readonly cancel: Control["cancel"];
  readonly #home: Home;
  readonly #channels: Channels;
  readonly #senders = new Set<MemorySender>();
  readonly #receivers = new Set<MemoryReceiver>();
  #closed = false;

  constructor(options: MemoryOptions<Isolated>) {
    const settings = toSettings(options);
    const { clock } = settings;
    this.#home = {
      settings,
      clock,
      turn: new TurnClock(clock),
      stamps: new Stamps(clock.now()),
      delays: new Timers(clock, true),
      expiries: new Timers(clock, false),
    };
    this.#channels = new Channels(this.#home);
    this.capabilities = capabilitiesOf(settings.isolation as Isolated);
    const inspect = new MemoryInspect(this.#channels, this.#home);
    const control = new MemoryControl(this.#channels);
    this.depth = this.#whileOpen(inspect.depth);
    this.list = this.#whileOpen(inspect.list);
    this.history = this.#whileOpen(inspect.history);
    this.redrive = this.#whileOpen(control.redrive);
    this.remove = this.#whileOpen(control.remove);
    this.pause = this.#whileOpen(control.pause);
    this.cancel = this.#whileOpen(control.cancel);
  }

  readonly hears = (channel: string): boolean => this.#channels.hears(channel);

  readonly sender = async (spec: ChannelSpec, signal: AbortSignal): Promise<Sender> => {
    this.#check(signal);
    const channel = this.#channels.of(spec);
    channel.users++;
    const sender = new MemorySender(channel, () => {
      this.#senders.delete(sender);
      this.#channels.release(channel);
    });
    this.#senders.add(sender);
    return sender;
  };

  readonly receiver = async (spec: ChannelSpec, options: ReceiveOptions, signal: AbortSignal): Promise<Receiver> => {
    this.#check(signal);
    const { leaseMs } = options;
    const maxInFlight =
      options.maxInFlight === Number.POSITIVE_INFINITY ? options.maxInFlight : whole("maxInFlight", options.maxInFlight, 1, 2 ** 30);
    if (!(leaseMs > 0)) throw new OptionError(`"leaseMs" is ${String(leaseMs)}; it takes milliseconds, more than 0`);
    const { mailbox, leave } = this.#subscribe(spec, options.group);
    const onClose = (): void => {
      this.#receivers.delete(receiver);
      leave();
    };
    const receiver = new MemoryReceiver({ mailbox, channels: this.#channels, leaseMs, maxInFlight, onClose });
    this.#receivers.add(receiver);
    return receiver;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const sender of this.#senders) sender.close();
    for (const receiver of this.#receivers) receiver.close();
    this.#channels.close(this.#closedError());
    this.#home.delays.clear();
    this.#home.expiries.clear();
  }

  #subscribe({ name, mode }: ChannelSpec, group: string | undefined): { readonly mailbox: Mailbox; readonly leave: () => void } {
    if (mode === "work") {
      if (group !== undefined) throw new OptionError(`The work channel "${name}" has no groups; its receivers share it already`);
      const channel = this.#channels.work(name);
      channel.users++;
      return { mailbox: channel.mailbox, leave: () => this.#channels.release(channel) };
    }
    const channel = this.#channels.broadcast(name);
    channel.users++;
    const release = (): void => this.#channels.release(channel);
    if (group === undefined) {
      const mailbox = channel.subscribe();
      const leave = (): void => {
        channel.unsubscribe(mailbox);
        release();
      };
      return { mailbox, leave };
    }
    try {
      const joined = channel.join(group);
      const leave = (): void => {
        joined.leave();
        release();
      };
      return { mailbox: joined.mailbox, leave };
    } catch (error) {
      release();
      throw error;
    }
  }

  #check(signal: AbortSignal): void {
    signal.throwIfAborted();
    if (this.#closed) throw this.#closedError();
  }

  #whileOpen<Arguments extends unknown[], Answer>(act: (...given: Arguments) => Promise<Answer>): (...given: Arguments) => Promise<Answer> {
    return async (...given) => {
      if (this.#closed) throw this.#closedError();
      return act(...given);
    };
  }

  #closedError(): ClosedError {
    return new ClosedError("The memory transport is closed");
  }
}

/**
 * A transport within this process, over rxjs Subjects with bounded mailboxes.
 *
 * Promise: what is accepted is kept until it is settled or the process ends. With `isolation: "codec"` bodies cross as
 *          bytes, so that nothing passes here that a real wire would refuse.
 */
export function memory<Isolated extends Isolation = "none">(options: MemoryOptions<Isolated> = {}): MemoryTransport<Isolated> {
  return new MemoryTransport(options);
}
