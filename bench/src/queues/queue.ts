/** What most queues under test are given, and must hand to their job unchanged. */
export interface Request {
  readonly i: number;
}

/** The job of every queue under test. It does nothing, in a promise. */
export type NoOp<Payload> = (payload: Payload) => Promise<number>;

/** Requests that run at once, for all. */
export const CONCURRENCY = 64;

/** A queue under test, seen through the way its users would call it. */
export interface QueueUnderTest<Payload> {
  /** Hands in a request; settles with what its job returned. Absent: this API has no such thing. */
  readonly call?: (payload: Payload) => Promise<number>;
  /** Hands in a request to be run some time; returns a promise where this API makes one. */
  readonly post: (payload: Payload) => Promise<unknown> | undefined;
  readonly close?: () => Promise<void>;
}

/** Makes a queue. `held`: it takes requests in, and runs none. */
export type OpenQueue = <Payload>(job: NoOp<Payload>, held?: boolean) => Promise<QueueUnderTest<Payload>>;
