import type { Settled, Settlement } from "@job-orch/core";
import type { ReferenceHarnessOptions } from "../reference/reference-harness.ts";
import { referenceHarness } from "../reference/reference-harness.ts";
import { ReferenceReceiver } from "../reference/receiver.ts";
import type { ReferenceStore } from "../reference/store.ts";
import { InspectableReferenceTransport } from "../reference/transport.ts";
import { type Mutant, part } from "./mutant.ts";

/** A mutant of the connection. */
function connection(
  name: string,
  breaks: Mutant["breaks"],
  Connection: new (store: ReferenceStore) => InspectableReferenceTransport,
  options: ReferenceHarnessOptions = {},
): Mutant {
  return { name, breaks, make: () => referenceHarness({ ...options, connect: (store) => new Connection(store) }) };
}

/** Everything goes with the connection that ends. */
class LosesOnClose extends InspectableReferenceTransport {
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    this.#forget();
  }
  override die(): void {
    super.die();
    this.#forget();
  }
  #forget(): void {
    this.store.work.clear();
    this.store.broadcasts.clear();
  }
}

/** Settlements are not kept: what ended is there again. */
class ForgetsEnds extends InspectableReferenceTransport {
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    for (const queue of this.store.work.values()) queue.accept(queue.ended.splice(0).map(({ frame }) => frame));
  }
}

class ForgetsDelays extends InspectableReferenceTransport {
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    for (const queue of this.store.work.values()) for (const entry of queue.entries) entry.dueMs = 0;
  }
}

class ForgetsPauses extends InspectableReferenceTransport {
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    for (const queue of this.store.work.values()) queue.paused = false;
  }
}

class LeavesTimer extends InspectableReferenceTransport {
  constructor(store: ReferenceStore) {
    super(store);
    store.settings.clock.after(3_600_000, () => {}, { ref: false });
  }
}

class SecondCloseThrows extends InspectableReferenceTransport {
  #closed = false;
  override async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) throw new TypeError("already closed");
    this.#closed = true;
    await super[Symbol.asyncDispose]();
  }
}

class OpensWhenClosed extends InspectableReferenceTransport {
  override readonly sender: InspectableReferenceTransport["sender"] = async (channel) =>
    new this.store.settings.parts.Sender(channel, this.store);
  override readonly receiver: InspectableReferenceTransport["receiver"] = async (channel, options) =>
    new this.store.settings.parts.Receiver({
      channel: channel.name,
      queue: this.store.subscribe(channel, options.group),
      store: this.store,
      options,
      onClose: () => {},
    });
}

class Thawed extends InspectableReferenceTransport {
  override readonly capabilities = { ...this.store.settings.capabilities };
}

class Replays extends InspectableReferenceTransport {
  override readonly capabilities = Object.freeze({ ...this.store.settings.capabilities, replay: true });
}

let opened = 0;
class ClaimsVary extends InspectableReferenceTransport {
  override readonly capabilities = Object.freeze({ ...this.store.settings.capabilities, priority: ++opened % 2 === 0 });
}

class SendsForgotten extends ReferenceReceiver {
  override sendsOf(): NonNullable<Settlement["sends"]> {
    return [];
  }
}

class RetrySendsForgotten extends ReferenceReceiver {
  override sendsOf(settlement: Settlement): NonNullable<Settlement["sends"]> {
    return settlement.outcome.kind === "retry" ? [] : super.sendsOf(settlement);
  }
}

/** Sends first, whatever becomes of the settlement. */
class SendsAnyway extends ReferenceReceiver {
  override async settle(settlements: readonly Settlement[]): Promise<Settled> {
    for (const settlement of settlements) for (const { channel, frames } of super.sendsOf(settlement)) this.store.accept(channel, frames);
    return super.settle(settlements.map(({ delivery, outcome }) => ({ delivery, outcome })));
  }
}

/** Settles first, and then finds that it cannot send. */
class SettlesAnyway extends ReferenceReceiver {
  override async settle(settlements: readonly Settlement[]): Promise<Settled> {
    const settled = await super.settle(settlements.map(({ delivery, outcome }) => ({ delivery, outcome })));
    for (const settlement of settlements) {
      for (const { channel, frames } of super.sendsOf(settlement)) {
        this.store.check(channel, frames);
        this.store.accept(channel, frames);
      }
    }
    return settled;
  }
}

class ReceiverCloseThrows extends ReferenceReceiver {
  override async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) throw new TypeError("already closed");
    await super[Symbol.asyncDispose]();
  }
}

const late = /deliveries came within/;

export const storing: readonly Mutant[] = [
  connection(
    "loses-on-close",
    { "SPI-SND-09": late, "SPI-SND-10": late, "SPI-ACK-02": late, "SPI-GRP-06": late, "SPI-DDP-11": /second/, "SPI-INS-10": /./ },
    LosesOnClose,
  ),
  connection("forgets-ends", { "SPI-ACK-02": /./, "SPI-INS-10": /./ }, ForgetsEnds),
  connection("forgets-delays", { "SPI-DLY-02": /ms before it was due/ }, ForgetsDelays),
  connection("forgets-pauses", { "SPI-INS-10": /paused/ }, ForgetsPauses),
  connection("dispose-leaks-timer", { "SPI-TRT-17": /1 in the backend left running/ }, LeavesTimer),
  connection("second-close-throws", { "SPI-TRT-13": /already closed/ }, SecondCloseThrows),
  connection(
    "opens-when-closed",
    { "SPI-TRT-01": /it did not fail/, "SPI-TRT-02": /it did not fail/, "SPI-TRT-18": /it did not fail/ },
    OpensWhenClosed,
  ),
  connection("capabilities-thawed", { "SPI-CAP-01": /not frozen/ }, Thawed),
  connection("claims-vary", { "SPI-CAP-02": /claims something else/ }, ClaimsVary),
  connection("claims-replay", { "SPI-CAP-03": /no way to ask/ }, Replays),
  part("receiver-second-close-throws", { "SPI-TRT-12": /already closed/, "SPI-TRT-14": /already closed/ }, () => ({
    Receiver: ReceiverCloseThrows,
  })),
  part("settle-forgets-sends", { "SPI-TRX-01": late, "SPI-TRX-02": late }, () => ({ Receiver: SendsForgotten })),
  part("retry-forgets-sends", { "SPI-TRX-05": late }, () => ({ Receiver: RetrySendsForgotten })),
  part(
    "sends-anyway: also what belongs to a settlement that is lost, refused or a repeat",
    { "SPI-TRX-02": /did nothing, but/, "SPI-TRX-03": /may be sent, but/, "SPI-TRX-04": /./ },
    () => ({ Receiver: SendsAnyway }),
  ),
  part("settles-anyway: although what it sends on is refused", { "SPI-TRX-04": late }, () => ({ Receiver: SettlesAnyway })),
];
