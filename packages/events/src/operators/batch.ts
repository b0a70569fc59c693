import { checkFunction, duration, whole } from "@job-orch/core/substrate";
import type { Held } from "./held.ts";
import type { OpenOperator, Operator, OperatorContext } from "./operator.ts";
import { bytesOf } from "./bytes-of.ts";

export interface BatchOptions<Message> {
  /** Range: integer 1 to 1,000,000. */
  readonly max: number;
  /** A message that alone is larger is a batch alone. Units: bytes as `sizeOf` counts. Default: no bound. */
  readonly maxBytes?: number;
  /** Units: bytes. Default: of a string or bytes their own, of anything else those of its JSON. Only called with `maxBytes`. */
  readonly sizeOf?: (message: Message) => number;
  /** How long the first message of a batch waits for others. Units: milliseconds. Default 50; `Infinity` waits for the batch to be full. */
  readonly lingerMs?: number;
}

/** Gathers messages in their order until there are enough, by count or bytes, or the first has waited long enough. */
export function batch<Message>(options: BatchOptions<Message>): Operator<Message, readonly Message[]> {
  const max = whole("batch.max", options.max, 1, 1_000_000);
  const maxBytes = options.maxBytes === undefined ? undefined : whole("batch.maxBytes", options.maxBytes, 1, Number.MAX_SAFE_INTEGER);
  const lingerMs = duration("batch.lingerMs", options.lingerMs ?? 50, 0);
  const { sizeOf = bytesOf } = options;
  checkFunction("batch.sizeOf", sizeOf);
  return { name: "batch", open: (context) => new Batch({ max, maxBytes, lingerMs, sizeOf }, context) };
}

interface Settings<Message> {
  readonly max: number;
  readonly maxBytes: number | undefined;
  readonly lingerMs: number;
  readonly sizeOf: (message: Message) => number;
}

class Batch<Message> implements OpenOperator<Message> {
  readonly #settings: Settings<Message>;
  readonly #context: OperatorContext<readonly Message[]>;
  readonly #linger;
  #messages: Message[] = [];
  #held: Held[] = [];
  #bytes = 0;

  constructor(settings: Settings<Message>, context: OperatorContext<readonly Message[]>) {
    this.#settings = settings;
    this.#context = context;
    this.#linger = context.alarm(() => void this.relieve());
  }

  readonly take = (message: Message, held: Held): void => {
    const { max, maxBytes, lingerMs, sizeOf } = this.#settings;
    const bytes = maxBytes === undefined ? 0 : sizeOf(message);
    if (maxBytes !== undefined && this.#bytes + bytes > maxBytes) this.relieve();
    this.#messages.push(message);
    this.#held.push(held);
    this.#bytes += bytes;
    if (this.#messages.length >= max || (maxBytes !== undefined && this.#bytes >= maxBytes)) this.relieve();
    else if (this.#messages.length === 1 && lingerMs !== Number.POSITIVE_INFINITY) this.#linger.set(lingerMs);
  };

  readonly end = (): void => void this.relieve();

  readonly relieve = (): boolean => {
    this.#linger.clear();
    if (this.#messages.length === 0) return false;
    const [messages, held] = [this.#messages, this.#held];
    this.#messages = [];
    this.#held = [];
    this.#bytes = 0;
    this.#context.emit(messages, held);
    return true;
  };
}
