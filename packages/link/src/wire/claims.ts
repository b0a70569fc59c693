/**
 * Who has a slot's request, one word of shared memory per slot. The host writes `Queued` when it hands the request over;
 * whoever exchanges that for its own word first has it: the worker to run it, the host to take it back. The words outlive the
 * worker, so after a crash they tell what was never begun from what ran and from what had ended.
 */
export const Claim = { Free: 0, Queued: 1, Running: 2, Done: 3, Taken: 4 } as const;

/** Begins a request, unless the host took it back. */
export function begin(claims: Int32Array, slot: number): boolean {
  return Atomics.compareExchange(claims, slot, Claim.Queued, Claim.Running) === Claim.Queued;
}

/** Takes a request back, unless the worker began it. */
export function takeBack(claims: Int32Array, slot: number): boolean {
  return Atomics.compareExchange(claims, slot, Claim.Queued, Claim.Taken) === Claim.Queued;
}
