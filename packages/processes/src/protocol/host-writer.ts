import type { Buffer } from "node:buffer";
import { OptionError } from "@job-orch/core";
import { Outbox } from "./outbox.ts";
import { bytesOf, isBuffer, Kept, notJson, readPayload, writePayload } from "./payload.ts";

/** What a worker may know about a request besides the request. */
export interface RequestMeta {
  /** The request's own id. */
  readonly id?: string;
  readonly attempt?: number;
  /** How long the caller still waits. Units: milliseconds. */
  readonly leftMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
  /** The caller reads what the job yields, and takes so many items to begin with (capability `stream`). */
  readonly items?: number;
}

const JOB_NAME = /^[A-Za-z0-9_.-]{1,100}$/;
const MOST_KNOWN_NAMES = 1_000;
const knownNames = new Set<string>();

/**
 * The host's mouth: what it says to a worker, as frames in an outbox. Nothing leaves before `flush`.
 *
 * Errors: `ERR_ENCODE`, `ERR_TOO_LARGE`, `ERR_OPTION`: nothing of that frame is sent, and the link is as it was.
 */
export class HostWriter {
  readonly #outbox: Outbox;
  readonly #tags: boolean;
  readonly #bin: boolean;

  constructor(write: (chunk: string | Buffer) => void, caps: ReadonlySet<string>, options?: { readonly maxLineBytes?: number }) {
    this.#outbox = new Outbox(write, options);
    this.#tags = caps.has("tags");
    this.#bin = caps.has("bin");
  }

  get isEmpty(): boolean {
    return this.#outbox.isEmpty;
  }

  /** Text that no `flush` has taken yet. Units: characters. */
  get pendingChars(): number {
    return this.#outbox.pendingChars;
  }

  readonly run = (id: number, job: string, request: unknown): void => {
    checkJobName(job);
    if (this.#bin && isBuffer(request)) this.#outbox.attach(id, request);
    this.#outbox.add(`R ${id} ${job}${this.#bin && isBuffer(request) ? "" : writePayload(request, this.#tags)}`);
  };

  /** The same for a request that was kept as text, with what comes before it: JSON, the tagged form, or bytes. */
  readonly runText = (id: number, job: string, payload: string): void => {
    const kept = payload.charCodeAt(1);
    if (kept === Kept.Bytes) return this.run(id, job, bytesOf(payload));
    if (kept === Kept.Tagged && !this.#tags) throw notJson(readPayload(payload.slice(1), false));
    checkJobName(job);
    this.#outbox.add(`R ${id} ${job}${payload}`);
  };

  /** Right before the `run` with the same id. */
  readonly meta = (id: number, meta: RequestMeta): void => this.#outbox.add(`M ${id} ${JSON.stringify(meta)}`);
  readonly cancel = (id: number): void => this.#outbox.add(`X ${id}`);
  readonly takeBack = (id: number): void => this.#outbox.add(`T ${id}`);
  readonly ping = (token: number): void => this.#outbox.add(`P ${token}`);
  readonly grant = (id: number, items: number): void => this.#outbox.add(`C ${id} ${items}`);
  readonly answer = (id: number, value: unknown): void => this.#outbox.add(`S ${id}${writePayload(value, this.#tags)}`);

  /** Asks the worker to finish what it has and to leave. Units: milliseconds. */
  readonly drain = (graceMs: number): void => this.#outbox.add(`Q 0 {"graceMs":${Math.max(0, Math.round(graceMs))}}`);

  /** Tells a worker why it is sent away. */
  readonly refuse = (error: string): void => this.#outbox.add(`Q 0 ${JSON.stringify({ graceMs: 0, error })}`);

  flush(): void {
    this.#outbox.flush();
  }
}

function checkJobName(job: string): void {
  if (knownNames.has(job)) return;
  if (!JOB_NAME.test(job)) throw new OptionError('A job\'s name takes 1 to 100 letters, digits, "_", "." and "-"');
  if (knownNames.size < MOST_KNOWN_NAMES) knownNames.add(job);
}
