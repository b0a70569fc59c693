import type { LinkEvents } from "@job-orch/link";
import type { Balance } from "./balance.ts";
import type { LivenessOptions } from "./liveness.ts";

/** The bytes of a link, whatever carries them. */
export interface Carrier {
  readonly write: (chunk: string | Buffer) => void;
  /** Says that nothing more will be written. */
  readonly end: () => void;
  readonly kill: () => void;
  readonly setRef: (ref: boolean) => void;
}

export interface LineLinkOptions {
  readonly carrier: Carrier;
  readonly events: LinkEvents;
  /** The names of the pool's jobs, in their places. */
  readonly jobs: readonly string[];
  readonly drainMs: number;
  readonly liveness?: LivenessOptions;
  /** Whether its process was stopped from outside (SIGSTOP): it answers nothing then, whatever it runs. Left out where that cannot be seen. */
  readonly isStopped?: () => boolean;
  /** Where requests are moved to workers that have nothing to do. */
  readonly balance?: Balance;
  readonly place?: number;
  /** Whether prints of the program can get between the frames. */
  readonly shared: boolean;
  /** The link must be closed. */
  readonly onBroken: (why: Broken) => void;
}

/** Why a link must be closed: the worker broke the protocol, or gave no sign of life. */
export interface Broken {
  readonly error?: Error;
  readonly hung?: boolean;
  /** It was told why it is sent away, and leaves by itself when it has read that. */
  readonly told?: boolean;
}
