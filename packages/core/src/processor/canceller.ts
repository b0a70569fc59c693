import { CancelledError } from "../errors/errors.ts";
import { toWireError } from "../errors/wire-error-codec.ts";
import type { Frame } from "../transport/frame.ts";
import type { History } from "../transport/inspect.ts";
import { canControl } from "../transport/powers.ts";
import type { Transport } from "../transport/transport.ts";
import type { BodyCodec } from "./body-codec.ts";
import type { ProcessorChannels } from "./channels.ts";
import type { ProcessorEmitter } from "./events.ts";
import type { Outboxes } from "./outbox.ts";
import { CONTROL, REPLY_TO, toReplyChannel } from "./reserved-headers.ts";

export interface CancellerOptions {
  readonly name: string;
  readonly transport: Transport;
  readonly channels: ProcessorChannels;
  readonly bodies: BodyCodec;
  readonly outboxes: Outboxes;
  readonly emitter: ProcessorEmitter;
  /** Whether errors cross with their stack. */
  readonly stacks: boolean;
}

/** Asks for the end of requests, whoever sent them and wherever they run. `Cancellations` is who listens. */
export class Canceller {
  readonly #options: CancellerOptions;

  constructor(options: CancellerOptions) {
    this.#options = options;
  }

  /** `cancelled`: nobody had begun it, and now nobody will. `requested`: whoever has it is told. */
  async cancel(id: string, what: "cancel" | "cancel-derived"): Promise<"cancelled" | "requested"> {
    const { transport, channels, bodies, outboxes } = this.#options;
    if (canControl(transport)) {
      const state = await transport.cancel(channels.requests.name, id);
      if (state === "cancelled") {
        await this.#announce(id);
        return "cancelled";
      }
      // Its end is stored: who works would remember the id in vain, and cancel it when it is redriven.
      const over = state === "unknown" && what === "cancel" && (await this.#historyOf(id))?.record.endedMs !== undefined;
      if (over) return "requested";
    }
    const body = bodies.encode(null, channels.control.name);
    await outboxes.to(channels.control).sendAll([{ id, body, headers: { [CONTROL]: what } }]);
    return "requested";
  }

  /** Tells whoever waits for a request that was cancelled in the store. */
  async #announce(id: string): Promise<void> {
    const { name, channels, bodies, outboxes, emitter, stacks } = this.#options;
    const error = new CancelledError(`Request "${id}" was cancelled`);
    if (emitter.wants("cancelled")) emitter.emit("cancelled", { processor: name, id, error });
    const headers = (await this.#historyOf(id))?.record.headers;
    const address = headers?.[REPLY_TO];
    const reply = address === undefined ? undefined : toReplyChannel(address);
    const body = bodies.encodeResult({ ok: false, error: toWireError(error, { stack: stacks }) }, channels.responses.name);
    const frame: Frame = { id, body, headers };
    for (const channel of reply === undefined ? [channels.responses] : [reply, channels.responses]) {
      await outboxes.to(channel).sendAll([frame]);
    }
  }
  async #historyOf(id: string): Promise<History | undefined> {
    const { transport, channels } = this.#options;
    return canControl(transport) ? transport.history(channels.requests.name, id) : undefined;
  }
}
