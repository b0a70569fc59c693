import type { ErrorClass, Headers } from "@job-orch/core";
import type { Transferable } from "node:worker_threads";
import type { Member } from "./member.ts";

/** Whom a task belongs to: where its end goes. */
export interface TaskOwner {
  readonly name: string;
  /** Classes that its callers get back as such. */
  readonly errors: readonly ErrorClass[];
  readonly succeeded: (task: Task, value: unknown) => void;
  readonly failed: (task: Task, error: Error) => void;
  /** What its job said on the way. */
  readonly said: (task: Task, kind: number, value: unknown) => void;
  /** It will be begun once more because its worker ended with it. */
  readonly retried: (task: Task, error: Error) => void;
  /** It is given up: it ended its workers. `failed` follows. */
  readonly buried: (task: Task, error: Error) => void;
  /** Its pool is closed. */
  readonly ended: () => void;
}

/** Who takes what the job of a request yields. */
export interface ItemSink {
  /** How many items may be on their way or wait here. */
  readonly window: number;
  /** Whether there was one: the request cannot be begun again then. */
  readonly hasSome: boolean;
  readonly push: (item: unknown) => void;
}

export const NOBODY = 0;
export const WAITS = 1;
export const ASSIGNED = 2;
export const SETTLED = 3;

/** One request on its way through a pool. One object for all that is to be remembered of it, because there is one per request. */
export class Task {
  readonly owner: TaskOwner;
  /** The job's place in the pool. */
  readonly job: number;
  readonly number: number;
  /** The text of the request, or the request itself. */
  readonly body: unknown;
  readonly isText: boolean;
  transfers: readonly Transferable[] | undefined;
  /** They were handed over to a worker, and are gone with it. */
  isMoved = false;
  state: typeof NOBODY | typeof WAITS | typeof ASSIGNED | typeof SETTLED = NOBODY;
  member: Member | undefined = undefined;
  slot = -1;

  /** The caller's own id. */
  ownId: string | undefined = undefined;
  headers: Headers | undefined = undefined;
  priority = 5;
  /** Which lane it is bound to, if any. */
  lane: number | undefined = undefined;
  /** Under which name its crashes are remembered. */
  origin: string | undefined = undefined;
  /** When its caller stops waiting. Units: milliseconds of steady time; `Infinity`: never. */
  endsMs = Number.POSITIVE_INFINITY;
  /** The same for its job. Units: epoch milliseconds. */
  deadline: number | undefined = undefined;
  /** How many times it was handed to a worker that began it. */
  attempt = 1;
  /** When it was seen to run. Units: milliseconds of steady time. */
  startedMs = 0;
  /** When it was taken in, where that is measured. Units: milliseconds of `performance.now()`. */
  admittedMs = 0;
  /** What it was counted for when it began to wait: its buffer may be given away meanwhile. Units: bytes of text and buffers. */
  waitingBytes = 0;
  /** It runs alone, because it may be what ends workers. */
  quarantined = false;
  /** For a caller who reads what its job yields. */
  items: ItemSink | undefined = undefined;

  resolve: ((value: unknown) => void) | undefined = undefined;
  reject: ((error: unknown) => void) | undefined = undefined;
  onEnd: (() => void) | undefined = undefined;

  constructor(owner: TaskOwner, job: number, number: number, body: unknown, isText: boolean) {
    this.owner = owner;
    this.job = job;
    this.number = number;
    this.body = body;
    this.isText = isText;
  }
}
