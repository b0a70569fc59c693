/** Where a contender stands: what we measure, whom we measure it against, or what the machine gives without any of us. */
export type Role = "ours" | "peer" | "limit";

/** One way of doing a case's work. It runs in a process of its own, so it may load what it wants and leave a mess. */
export interface Contender {
  readonly name: string;
  readonly role: Role;
  /**
   * Warms up, works, checks what was done, and returns the figure in the case's unit.
   *
   * Errors: throws when a count is wrong, which voids the run.
   */
  readonly measure: (effort: Effort) => Promise<number>;
}

/** How much to do. */
export interface Effort {
  /** A quick look that everything works: the figures say nothing. */
  readonly smoke: boolean;
  /** How long to warm up before the timed part. Units: milliseconds. */
  readonly warmUpMs: number;
  /** How long the timed part of a steady load takes. Units: milliseconds. */
  readonly timedMs: number;
}

/** Stands for the peer with the best figure, whichever it is. */
export const BEST_PEER = "the best peer";

/** What ours must reach (`bar`) or should (`aim`) against one contender: `times` its figure. */
export interface Mark {
  /** The name of a contender, `BEST_PEER`, or a number in the case's unit. */
  readonly against: string | number;
  /** A factor; a figure to reach as it is when `against` is a number. */
  readonly times: number;
}

export interface Case {
  readonly id: string;
  /** One line for the table: what is measured, and what is counted. */
  readonly what: string;
  /** What a figure is in. */
  readonly unit: "calls/s" | "jobs/s" | "messages/s" | "ns" | "µs" | "ms" | "bytes";
  readonly better: "higher" | "lower";
  readonly contenders: readonly Contender[];
  readonly bar: readonly Mark[];
  readonly aim: readonly Mark[];
  /** Why it cannot be measured on this machine; `undefined` when it can. Such a case is passed over and decides nothing. */
  readonly lacks?: () => string | undefined;
  /** Memory is measured, not time: its processes need not have the machine for themselves. */
  readonly untimed?: boolean;
  /** Its processes stay on one core, where the system can hold them there: whether threads share one decides what a wake-up costs. */
  readonly pinned?: boolean;
}

export interface Ground {
  readonly name: string;
  readonly cases: readonly Case[];
}
