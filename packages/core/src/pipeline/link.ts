import type { Timer } from "../clock.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import { FilteredError, ProcessError } from "../errors/errors.ts";
import { fromWireError } from "../errors/wire-error-codec.ts";
import { isPromise } from "../processor/awaiting.ts";
import type { Engine } from "../processor/engine.ts";
import { CALLER, CALLERS, NO_HEADERS, REPLY_TO } from "../processor/reserved-headers.ts";
import { SteadyReceiver } from "../processor/steady-receiver.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Sends } from "../transport/settlement.ts";
import type { Destination, Exit, Outgoing, Passage } from "./destination.ts";
import type { Gatherer } from "./gatherer.ts";
import { Loans } from "./loans.ts";
import type { Step } from "./operator.ts";
import { toFailure } from "./stage-failure.ts";
import { through } from "./steps.ts";

const DELIVERIES_PER_TURN = 256;

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
export class Link {
  readonly channel: ChannelSpec;
  readonly #options: LinkOptions;
  readonly #steps: readonly Step[];
  readonly #afterBatch: readonly Step[];
  readonly #batchSize: number;
  #stopping = new AbortController();
  #hurried = false;
  /** Ends the wait that `stop` may cut short; one slot, as a promise that everybody races would collect them all. */
  #onHurry: (() => void) | undefined;
  #grace: Timer | undefined;
  #running = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.channel = options.channel;
    const at = options.steps.findIndex(({ kind }) => kind === "batch");
    const batch = options.steps[at];
    this.#batchSize = batch?.kind === "batch" ? batch.max : 0;
    this.#steps = at < 0 ? options.steps : options.steps.slice(0, at);
    this.#afterBatch = at < 0 ? [] : options.steps.slice(at + 1);
  }

  /** Works until it is stopped; may be run again then. */
  async run(): Promise<void> {
    this.#stopping = new AbortController();
    this.#hurried = false;
    const { signal } = this.#stopping;
    this.#running = true;
    try {
      await this.#work(await this.#open(signal), signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error; // stopped while it opened: that is no failure
    } finally {
      this.#running = false;
      this.#grace?.cancel();
    }
  }

  async #work(receiver: SteadyReceiver, signal: AbortSignal): Promise<void> {
    const loans = new Loans(this.#options.from, this.channel, receiver);
    try {
      while (!signal.aborted) {
        const got = receiver.receive(DELIVERIES_PER_TURN, signal);
        const deliveries = isPromise(got) ? await got : got;
        loans.take(deliveries);
        await this.#unlessHurried(this.#turn(deliveries, loans));
        await this.#unlessHurried(loans.flush());
      }
    } finally {
      const { gatherer } = this.#options;
      if (gatherer !== undefined) await this.#unlessHurried(gatherer.empty());
      this.#onHurry = () => loans.abandon();
      if (this.#hurried) loans.abandon();
      await loans.close();
      await receiver.close();
    }
  }

  /** Takes nothing new, and finishes what it has; after `graceMs` it gives that back. */
  stop(graceMs: number): void {
    if (!this.#running) return;
    this.#stopping.abort();
    this.#grace?.cancel();
    if (graceMs <= 0) this.#hurry();
    else this.#grace = this.#options.from.settings.environment.clock.after(graceMs, () => this.#hurry());
  }

  #hurry(): void {
    this.#hurried = true;
    this.#onHurry?.();
  }

  #unlessHurried(work: Promise<void>): Promise<void> {
    if (this.#hurried) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#onHurry = resolve;
      work.then(resolve, reject);
    });
  }

  #open(signal: AbortSignal): Promise<SteadyReceiver> {
    const { from, channel, group } = this.#options;
    const { leaseMs, environment } = from.settings;
    const receive = { group, leaseMs, maxInFlight: DELIVERIES_PER_TURN * 2 + this.#batchSize };
    return SteadyReceiver.open({ transport: from.transport, channel, receive, clock: environment.clock }, signal);
  }

  /** Works out what a turn's deliveries become, all at once; then sends it on in their order. */
  async #turn(deliveries: readonly Delivery[], loans: Loans): Promise<void> {
    const worked = await Promise.all(deliveries.map(async (delivery) => ({ delivery, outgoing: await this.#become(delivery, loans) })));
    await Promise.all(worked.map(({ delivery, outgoing }) => (outgoing === undefined ? undefined : this.#end(delivery, outgoing, loans))));
  }

  /** `undefined`: it waits in a batch. */
  async #become(delivery: Delivery, loans: Loans): Promise<readonly Outgoing[] | undefined> {
    const { from, exit, onError, gatherer } = this.#options;
    const { id, body, headers: own } = delivery.frame;
    const { [REPLY_TO]: _here, ...headers } = own ?? NO_HEADERS;
    try {
      const wire = from.bodies.decodeResult(body);
      if (!wire.ok) {
        if (onError !== undefined) return await onError.address({ id, value: toFailure(from.name, id, wire.error), headers }, from);
        return exit.leave(id, { ok: false, error: fromWireError(wire.error, from.errors) }, headers, from.name, from);
      }
      const passages = await through({ id, value: wire.value, headers }, this.#steps);
      if (passages.length === 0) return this.#dropped({ id, headers });
      if (gatherer === undefined) return await this.#address(passages);
      gatherer.add(
        passages,
        (batch) => this.#sendBatch(batch),
        (accepted) => (accepted ? loans.end(delivery) : loans.again(delivery)),
      );
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

  async #end(delivery: Delivery, outgoing: readonly Outgoing[], loans: Loans): Promise<void> {
    const here: Sends[] = [];
    const elsewhere: Awaitable<void>[] = [];
    try {
      for (const { engine, channel, frame } of outgoing) {
        if (engine.transport === this.#options.from.transport) here.push({ channel, frames: [frame] });
        else elsewhere.push(engine.outboxes.to(channel).send(frame)); // another store: accepted there before it is let go here
      }
      await Promise.all(elsewhere);
      loans.end(delivery, here);
    } catch {
      loans.again(delivery);
    }
  }

  /** A batch is sent apart from its parents' settlements: they are several loans, and none may be let go without the batch. */
  async #sendBatch(batch: Passage): Promise<void> {
    for (const { engine, channel, frame } of await this.#workBatch(batch)) await engine.outboxes.to(channel).sendAll([frame]);
  }

  async #workBatch(batch: Passage): Promise<readonly Outgoing[]> {
    try {
      const passages = await through(batch, this.#afterBatch);
      return passages.length === 0 ? this.#dropped(batch) : await this.#address(passages);
    } catch (error) {
      return this.#broken({ ...batch, value: error });
    }
  }

  /** What a step or the next stage's schema threw is the answer: nothing gets stuck here. */
  #broken({ id, value, headers, apart }: Passage): readonly Outgoing[] {
    const { pipeline, from, exit } = this.#options;
    const error =
      value instanceof Error
        ? value
        : new ProcessError(`A step after "${from.name}" in the pipeline "${pipeline}" threw something that is not an Error`, {
            cause: value,
          });
    return exit.leave(id, { ok: false, error }, headers, `after ${from.name}`, apart === true ? undefined : from);
  }

  /** Nothing comes of it; whoever called is told so, as it would wait in vain. */
  #dropped({ id, headers, apart }: Pick<Passage, "id" | "headers" | "apart">): readonly Outgoing[] {
    if (headers[CALLER] === undefined && headers[CALLERS] === undefined) return [];
    const { pipeline, from, exit } = this.#options;
    const error = new FilteredError(`The pipeline "${pipeline}" dropped the response of "${from.name}" to request "${id}"`);
    return exit.leave(id, { ok: false, error }, headers, from.name, apart === true ? undefined : from);
  }
}
