import type { Awaitable } from "../contracts/awaitable.ts";
import type { Headers } from "../contracts/headers.ts";
import { FilteredError, ProcessError } from "../errors/errors.ts";
import { fromWireError } from "../errors/wire-error-codec.ts";
import { ACK } from "../processor/attempt.ts";
import { isPromise } from "../processor/awaiting.ts";
import type { Engine } from "../processor/engine.ts";
import { CALLER, CALLERS, NO_HEADERS, REPLY_TO } from "../processor/reserved-headers.ts";
import { Settler } from "../processor/settler.ts";
import { SteadyReceiver } from "../processor/steady-receiver.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Sends, Settlement } from "../transport/settlement.ts";
import type { Destination, Exit, Outgoing, Passage } from "./destination.ts";
import type { Gatherer, Giver } from "./gatherer.ts";
import type { Step } from "./operator.ts";
import { through } from "./steps.ts";

const DELIVERIES_PER_TURN = 256;
/** How long a response waits when the next stage's channel did not take its request. Units: milliseconds. */
const RESEND_AFTER_MS = 1_000;

export interface LinkOptions {
  /** The pipeline, for messages. */
  readonly pipeline: string;
  /** The stage whose responses come in here. */
  readonly from: Engine;
  readonly channel: ChannelSpec;
  /** For links that listen to a broadcast: members of one group share it. */
  readonly group?: string | undefined;
  readonly steps: readonly Step[];
  /** Where the batch among the steps is made. */
  readonly gatherer: Gatherer | undefined;
  readonly to: Destination;
  readonly exit: Exit;
  /** Takes error responses instead of the pipeline's exit. */
  readonly onError: Destination | undefined;
}

/**
 * The loop between two stages: responses → steps → requests. A response is let go when what it became is accepted; in
 * one step with that, where both are in one transactional store.
 */
export class Link implements Giver {
  readonly channel: ChannelSpec;
  readonly #options: LinkOptions;
  readonly #steps: readonly Step[];
  readonly #afterBatch: readonly Step[];
  readonly #batch: Extract<Step, { kind: "batch" }> | undefined;
  readonly #stop = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  #settler: Settler<Settlement> | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.channel = options.channel;
    const at = options.steps.findIndex(({ kind }) => kind === "batch");
    const batch = options.steps[at];
    this.#batch = batch?.kind === "batch" ? batch : undefined;
    this.#steps = this.#batch === undefined ? options.steps : options.steps.slice(0, at);
    this.#afterBatch = this.#batch === undefined ? [] : options.steps.slice(at + 1);
  }

  async run(): Promise<void> {
    const { from, channel, group } = this.#options;
    const { transport, outboxes } = from;
    const { leaseMs } = from.settings;
    const { clock } = from.settings.environment;
    const receive = { group, leaseMs, maxInFlight: DELIVERIES_PER_TURN * 2 + (this.#batch?.max ?? 0) };
    const { signal } = this.#stop;
    const receiver = await SteadyReceiver.open({ transport, channel, receive, clock }, signal);
    const { transactional } = transport.capabilities;
    const settler = new Settler<Settlement>({ processor: channel.name, receiver, outboxes, transactional, clock, onStored: () => {}, onTrouble: () => {} });
    this.#settler = settler;
    try {
      while (!signal.aborted) {
        const got = receiver.receive(DELIVERIES_PER_TURN, signal);
        const deliveries = isPromise(got) ? await got : got;
        await this.#turn(deliveries);
        settler.flush();
        if (settler.underWay > 0) await settler.progress();
      }
    } finally {
      this.#options.gatherer?.flush();
      await Promise.all(this.#sending);
      await settler.drain();
      await receiver.close();
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Works out what a turn's deliveries become, all at once; then sends it on in their order. */
  async #turn(deliveries: readonly Delivery[]): Promise<void> {
    const worked = await Promise.all(deliveries.map(async (delivery) => ({ delivery, outgoing: await this.#work(delivery) })));
    await Promise.all(worked.map(({ delivery, outgoing }) => (outgoing === undefined ? undefined : this.#end(delivery, outgoing))));
  }

  /** `undefined`: it waits in a batch. */
  async #work(delivery: Delivery): Promise<readonly Outgoing[] | undefined> {
    const { from, exit, onError, gatherer } = this.#options;
    const { id, body, headers: own } = delivery.frame;
    const { [REPLY_TO]: _here, ...headers } = own ?? NO_HEADERS;
    try {
      const wire = from.bodies.decodeResult(body);
      if (!wire.ok) {
        const error = fromWireError(wire.error, from.errors);
        return onError === undefined
          ? exit.leave(id, { ok: false, error }, headers, from.name)
          : await onError.address({ id, value: error, headers }, from);
      }
      const passages = await through({ id, value: wire.value, headers }, this.#steps);
      if (passages.length === 0) return this.#dropped(id, headers);
      if (gatherer === undefined) return await this.#address(passages);
      gatherer.add(this, passages, () => this.#letGo(delivery));
      return undefined;
    } catch (error) {
      return this.#broken({ id, value: error, headers });
    }
  }

  async #address(passages: readonly Passage[]): Promise<readonly Outgoing[]> {
    const all: Outgoing[] = [];
    for (const passage of passages) {
      try {
        all.push(...(await this.#options.to.address(passage, this.#options.from)));
      } catch (error) {
        all.push(...this.#broken({ ...passage, value: error })); // its siblings go on
      }
    }
    return all;
  }

  async #end(delivery: Delivery, outgoing: readonly Outgoing[]): Promise<void> {
    const here: Sends[] = [];
    const elsewhere: Awaitable<void>[] = [];
    for (const { engine, channel, frame } of outgoing) {
      if (engine.transport === this.#options.from.transport) here.push({ channel, frames: [frame] });
      else elsewhere.push(engine.outboxes.to(channel).send(frame)); // another store: accepted there before it is let go here
    }
    try {
      await Promise.all(elsewhere);
      this.#settler?.add({ delivery, outcome: ACK, sends: here });
    } catch {
      this.#settler?.add({ delivery, outcome: { kind: "retry", delayMs: RESEND_AFTER_MS, charge: false } });
    }
  }

  /** Sent first, then its parents are let go: they are several loans, and none may be let go without the batch. */
  sendBatch(passage: Passage, letGo: () => void): void {
    const sending = this.#sendOut(passage)
      .then(letGo, () => undefined) // not accepted: its parents stay on loan and come again
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  #letGo(delivery: Delivery): void {
    this.#settler?.add({ delivery, outcome: ACK });
    queueMicrotask(() => this.#settler?.flush());
  }

  async #sendOut(passage: Passage): Promise<void> {
    let outgoing: readonly Outgoing[];
    try {
      outgoing = await this.#address(await through(passage, this.#afterBatch));
    } catch (error) {
      outgoing = this.#broken({ ...passage, value: error });
    }
    for (const { engine, channel, frame } of outgoing) await engine.outboxes.to(channel).sendAll([frame]);
  }

  /** What a step or the next stage's schema threw is the answer: nothing gets stuck here. */
  #broken({ id, value, headers }: Passage): readonly Outgoing[] {
    const { pipeline, from, exit } = this.#options;
    const error =
      value instanceof Error ? value : new ProcessError(`A step after "${from.name}" in the pipeline "${pipeline}" threw something that is not an Error`, { cause: value });
    return exit.leave(id, { ok: false, error }, headers, `after ${from.name}`);
  }

  /** Nothing comes of it; whoever called is told so, as it would wait in vain. */
  #dropped(id: string, headers: Headers): readonly Outgoing[] {
    if (headers[CALLER] === undefined && headers[CALLERS] === undefined) return [];
    const { pipeline, from, exit } = this.#options;
    const error = new FilteredError(`The pipeline "${pipeline}" dropped the response of "${from.name}" to request "${id}"`);
    return exit.leave(id, { ok: false, error }, headers, from.name);
  }
}
