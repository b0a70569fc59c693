import type { ChannelSpec, Clock, Frame, ReceiveOptions, Transport } from "@job-orch/core";

/** How the suite gets at a transport and its backend. */
export interface Harness {
  /** Names the results. */
  readonly name: string;
  /** A connection to the backend; each call another one. What is durable must be there again after all were disposed. */
  readonly open: () => Promise<Transport>;
  /** A second connection to the same backend while the first is open. Required beyond one process; `open` will often do. */
  readonly peer?: () => Promise<Transport>;
  /** A process that uses the same backend, to be killed; see `spawnHolder`. Required beyond one process. */
  readonly crash?: () => Promise<Holder>;
  /** Stops the backend's server and starts it again. Required when the scope is `network`. */
  readonly restart?: () => Promise<void>;
  /** Called before each clause. Channels have names of their own in each, so that there is rarely anything to do. */
  readonly reset?: () => Promise<void>;
  /** A transport whose work channels hold so many frames, to be filled. Absent: declares that nothing makes a send wait. */
  readonly bounded?: { readonly frames: number; readonly open: () => Promise<Transport> };
  /** How many things the backend keeps for anonymous receivers and closed connections: queues, rows, timers. */
  readonly leftovers?: () => number | Promise<number>;
  /** How long to wait for what must happen. Units: milliseconds. 5,000 or more for a loaded machine. */
  readonly slowMs: number;
  /** How long to watch for what must not happen. Units: milliseconds. */
  readonly quietMs: number;
  /** The clock that the transport goes by. Default: the system's. */
  readonly clock?: Clock;
}

/** Another process on the same backend, under remote control. */
export interface Holder {
  /** Takes so many deliveries and keeps them, unsettled. Resolves once it has them. */
  readonly hold: (channel: ChannelSpec, options: ReceiveOptions, count: number) => Promise<readonly Held[]>;
  /** Resolves when the send has resolved over there. */
  readonly send: (channel: ChannelSpec, frames: readonly Frame[]) => Promise<void>;
  /**
   * Takes and acks until it is killed. One at a time: each id is reported when its ack has resolved, and before the next ack,
   * so that a kill leaves at most one ack unheard of.
   */
  readonly consume: (channel: ChannelSpec, options: ReceiveOptions, onAcked: (id: string) => void) => Promise<void>;
  /** Blocks its event loop. Resolves when that has begun. Units: milliseconds. */
  readonly block: (durationMs: number) => Promise<void>;
  /** SIGKILL: no goodbye of any kind. Resolves when the process is gone and all its reports have come. */
  readonly kill: () => Promise<void>;
}

export interface Held {
  readonly id: string;
  readonly attempt: number;
  readonly fence: number;
}
