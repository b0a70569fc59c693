import type { Delivery, Frame } from "@job-orch/core";

/** What a queue keeps of frames that ended: `work` all, `group` dead letters, `anonymous` nothing. */
export type QueueKind = "work" | "group" | "anonymous";

/** A queue that this transport receives from. */
export interface Source {
  readonly queue: number;
  readonly channel: string;
  readonly kind: QueueKind;
}

/** A delivery, with what settling it needs to know. */
export class Loan implements Delivery {
  readonly frame: Frame;
  readonly attempt: number;
  readonly fence: number;
  readonly source: Source;
  readonly seq: number;
  readonly level: number;
  readonly okey: string | null;
  readonly dkey: string | null;
  readonly bytes: number;
  /** `settled`: its end is stored. `lost`: somebody else may hold it now. */
  state: "out" | "settled" | "lost" = "out";
  /** The transaction that settles it, while that is not committed. */
  settling: object | undefined;
  /** Whether it counts against `maxInFlight`. */
  counted = true;

  constructor(frame: Frame, attempt: number, fence: number, source: Source, row: Pick<Loan, "seq" | "level" | "okey" | "dkey" | "bytes">) {
    this.frame = frame;
    this.attempt = attempt;
    this.fence = fence;
    this.source = source;
    this.seq = row.seq;
    this.level = row.level;
    this.okey = row.okey;
    this.dkey = row.dkey;
    this.bytes = row.bytes;
  }
}
