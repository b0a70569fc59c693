import { UnsupportedError, type WireError } from "@job-orch/core";
import type { Hello } from "../protocol/hello.ts";
import type { Cap } from "../protocol/ops.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";

/** What a worker must understand to be asked for items. Source: docs/protocol.md, "Streams". */
const NEEDED: readonly Cap[] = ["stream", "meta", "cancel", "drain"];

interface OpenStream {
  /** How many items it may still send. */
  left: number;
  /** Why none of those that come are wanted. */
  broken: WireError | undefined;
}

/** The requests of one worker whose callers read items, by id. */
export class OpenStreams {
  readonly #open = new Map<number, OpenStream>();

  /** Errors: `ERR_UNSUPPORTED` when the worker cannot send items. */
  open(id: number, items: number, hello: Hello | undefined): void {
    const missing = NEEDED.find((cap) => hello?.caps.has(cap) !== true);
    if (missing !== undefined) {
      throw new UnsupportedError(
        `The worker "${hello?.name}" sends no items: its hello lacks the capability "${missing}"; use call(request)`,
      );
    }
    this.#open.set(id, { left: items, broken: undefined });
  }

  /** False when there is nothing to grant any more. */
  grant(id: number, items: number): boolean {
    const stream = this.#open.get(id);
    if (stream === undefined) return false;
    stream.left += items;
    return true;
  }

  /** Whether an item that came is wanted. Errors: `ERR_PROTOCOL` when nobody asked for it. */
  take(id: number): boolean {
    const stream = this.#open.get(id);
    if (stream === undefined) throw new ProtocolError(`The worker sent an item of request ${id}, whose caller reads none`);
    if (stream.left-- <= 0) throw new ProtocolError(`The worker sent more items of request ${id} than it was granted`);
    return stream.broken === undefined;
  }

  /** No further item is wanted, because of this; false when that is known. */
  fail(id: number, why: WireError): boolean {
    if (!this.take(id)) return false;
    (this.#open.get(id) as OpenStream).broken = why;
    return true;
  }

  /** It was answered, or given back; gives what its caller is to hear instead. */
  end(id: number): WireError | undefined {
    if (this.#open.size === 0) return undefined;
    const broken = this.#open.get(id)?.broken;
    this.#open.delete(id);
    return broken;
  }
}
