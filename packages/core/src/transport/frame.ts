import type { Headers } from "../contracts/headers.ts";

/** A message as a transport sees it: opaque body, id and headers. */
export interface Frame {
  readonly id: string;
  /** A `Uint8Array` on a `bytes` wire; on `reference` and `clone` wires the value itself. */
  readonly body: unknown;
  readonly headers?: Headers | undefined;
  /** Only ever set when the transport declares the capability that each member needs. */
  readonly options?: FrameOptions | undefined;
}

export interface FrameOptions {
  /** Needs `delay`. Not delivered before. Units: epoch milliseconds. */
  readonly dueMs?: number | undefined;
  /** Needs `priority`. Range: integer 0 to 9, 9 first; 5 when absent. */
  readonly priority?: number | undefined;
  /** Needs `ordered: "key"`. Frames with an equal key are delivered one at a time, in send order, retries included. */
  readonly orderKey?: string | undefined;
  /** Needs `dedupe`. */
  readonly dedupe?: Dedupe | undefined;
}

/** At most one frame per key and channel within the window; a dropped frame counts as accepted. */
export interface Dedupe {
  readonly key: string;
  /** How long the key is remembered, counted from the accepted send. Units: milliseconds. */
  readonly windowMs: number;
  /** `pending`: the key is free again once its frame reached a terminal state, even within the window. `window`: not before the window ends. */
  readonly scope: "pending" | "window";
  /** `replace` swaps body, headers and due time of a frame nobody has begun; once it is begun the new one is dropped. */
  readonly onDuplicate: "drop" | "replace";
}
