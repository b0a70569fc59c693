/** A way to be called back later. */
export interface Contended<Handle> {
  readonly arm: (delayMs: number, callback: (value: number) => void, value: number) => Handle;
  readonly cancel: (handle: Handle) => void;
}

export type OpenTimers<Handle = unknown> = () => Promise<Contended<Handle>>;

export const openWheel: OpenTimers<number> = async () => {
  const { timerWheel } = await import("@job-orch/timers");
  const wheel = timerWheel();
  return { arm: (delayMs, callback, value) => wheel.arm(delayMs, callback, value), cancel: (handle) => void wheel.cancel(handle) };
};

export const openTimeouts: OpenTimers<NodeJS.Timeout> = async () => ({
  arm: (delayMs, callback, value) => setTimeout(callback, delayMs, value),
  cancel: (handle) => clearTimeout(handle),
});

/** Delays that look random and are the same for all. Units: milliseconds, 1 to `mostMs`. */
export function delays(count: number, mostMs: number): Int32Array {
  const made = new Int32Array(count);
  let seed = 12_345;
  for (let i = 0; i < count; i++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    made[i] = 1 + (seed % mostMs);
  }
  return made;
}
