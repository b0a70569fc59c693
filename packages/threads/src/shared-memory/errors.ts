import { JobError } from "@job-orch/core";

/** Shared memory is not what it should be: made by something else, or written over. */
export class SharedMemoryError extends JobError {
  override readonly name = "SharedMemoryError";
  readonly code = "ERR_SHARED_MEMORY";
  readonly retry = "never";
}

/** Every buffer of a pool is taken. */
export class PoolExhaustedError extends JobError {
  override readonly name = "PoolExhaustedError";
  readonly code = "ERR_POOL_EXHAUSTED";
  readonly retry = "later";
  readonly buffers: number;

  constructor(buffers: number, waited: string) {
    super(`All ${buffers} buffers of the pool are taken${waited}: give some back, or make the pool larger`);
    this.buffers = buffers;
  }
}

/** What was given back is not held: it was given back before, or comes from another pool. */
export class NotHeldError extends JobError {
  override readonly name = "NotHeldError";
  readonly code = "ERR_NOT_HELD";
  readonly retry = "never";
  readonly slot: number;

  constructor(slot: number) {
    super(`Slot ${slot} is not held by who gives it back: it was given back before, or comes from another pool`);
    this.slot = slot;
  }
}
