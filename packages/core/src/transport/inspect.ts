import type { Headers } from "../contracts/headers.ts";
import type { WireError } from "../errors/wire-error.ts";

/** Where a frame of a work channel is in its life. */
export type FrameState = "ready" | "delayed" | "in-flight" | "completed" | "cancelled" | "dead";

/** A look into a transport's store, beside the seam: never needed to run a job. */
export interface Inspect {
  /** How many frames are in each state, and how old the oldest ready one is. */
  readonly depth: (channel: string) => Promise<Depth>;
  /** One page in the order of acceptance. */
  readonly list: (channel: string, query?: ListQuery) => Promise<Page>;
  /** A frame's whole life: every attempt with its error. `undefined` when unknown or past retention. */
  readonly history: (channel: string, id: string) => Promise<History | undefined>;
}

/** Acting on what is stored, beside the seam. */
export interface Control {
  /** Dead letters become ready again with attempts at zero. Returns how many. */
  readonly redrive: (channel: string, query?: { readonly ids?: readonly string[]; readonly limit?: number }) => Promise<number>;
  /** Removes frames nobody is working on, whatever their state. Returns how many. */
  readonly remove: (channel: string, query: { readonly ids?: readonly string[]; readonly state?: FrameState }) => Promise<number>;
  /** While paused, receivers of the channel get nothing; survives restarts when the transport is durable. */
  readonly pause: (channel: string, paused: boolean) => Promise<void>;
  /** Cancels a frame nobody has begun. `in-flight`: someone has; `unknown`: no such frame, or it is past its end. */
  readonly cancel: (channel: string, id: string) => Promise<"cancelled" | "in-flight" | "unknown">;
}

export interface Depth extends Readonly<Record<"ready" | "delayed" | "inFlight" | "completed" | "cancelled" | "dead", number>> {
  /** Units: milliseconds since the oldest ready frame became ready; 0 when there is none. */
  readonly oldestReadyMs: number;
  readonly paused: boolean;
}

export interface ListQuery {
  readonly state?: FrameState;
  /** Only frames accepted at or after. Units: epoch milliseconds. */
  readonly sinceMs?: number;
  /** Only frames whose last error has this code or name. */
  readonly error?: string;
  /** Continue after this cursor (`Page.next`). */
  readonly after?: string;
  /** Range: 1 to 1000; default 100. */
  readonly limit?: number;
}

export interface Page {
  readonly items: readonly FrameRecord[];
  /** Cursor of the next page; `undefined` at the end. */
  readonly next: string | undefined;
}

export interface FrameRecord {
  readonly id: string;
  readonly state: FrameState;
  readonly attempt: number;
  /** Units: epoch milliseconds. */
  readonly acceptedMs: number;
  readonly dueMs: number | undefined;
  /** When it reached a terminal state. */
  readonly endedMs: number | undefined;
  readonly priority: number;
  readonly orderKey: string | undefined;
  readonly headers: Headers;
  readonly body: unknown;
  /** Why it is dead, or why its last attempt failed. */
  readonly error: WireError | undefined;
}

export interface History {
  readonly record: FrameRecord;
  readonly attempts: readonly AttemptRecord[];
}

export interface AttemptRecord {
  readonly attempt: number;
  readonly startedMs: number;
  readonly endedMs: number | undefined;
  /** `lost`: its holder died or was given up. */
  readonly outcome: "completed" | "retried" | "dead" | "cancelled" | "lost" | "handed-back" | "running";
  readonly error: WireError | undefined;
}
