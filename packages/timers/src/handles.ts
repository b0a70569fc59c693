/** Names one arming of a timer; a number that is never given out twice in a timer's life. */
export type TimerHandle = number;

const SLOT_BITS = 24;
const SLOT_MASK = 2 ** SLOT_BITS - 1;
/** With the bits of a slot this fills a double's 53. */
const MOST_GENERATIONS = 2 ** 29 - 1;

/** How many timers a wheel or a heap can have armed at once. */
export const MOST_SLOTS = 2 ** SLOT_BITS;

export function toHandle(slot: number, generation: number): TimerHandle {
  return generation * MOST_SLOTS + slot;
}

export function slotOf(handle: TimerHandle): number {
  return handle & SLOT_MASK;
}

export function generationOf(handle: TimerHandle): number {
  return Math.floor(handle / MOST_SLOTS);
}

/** Generations go round after 536,870,911 armings; 0 marks a slot that is free. */
export function nextGeneration(generation: number): number {
  return generation === MOST_GENERATIONS ? 1 : generation + 1;
}
