import type { Occupancy } from "./occupancy.ts";

export const LEVELS = 4;
export const SLOTS_PER_LEVEL = 256;
/** How far ahead of the cursor a tick may be. */
export const FURTHEST_TICKS = 2 ** 32 - 1;

const WIDTHS = [1, 2 ** 8, 2 ** 16, 2 ** 24] as const;
const NEVER = Number.POSITIVE_INFINITY;

/** The slot for a tick, counted through all levels: the further away, the coarser. `dueTick`: its low 32 bits do. */
export function slotFor(dueTick: number, ticksAway: number): number {
  const level = ticksAway < 2 ** 8 ? 0 : ticksAway < 2 ** 16 ? 1 : ticksAway < 2 ** 24 ? 2 : 3;
  return level * SLOTS_PER_LEVEL + ((dueTick >>> (level * 8)) & (SLOTS_PER_LEVEL - 1));
}

/** When a wheel has to look at what it put in the slot for `dueTick`: at that tick, or before, to spread it over finer slots. */
export function visitTick(dueTick: number, slot: number): number {
  const width = WIDTHS[(slot >> 8) as 0 | 1 | 2 | 3];
  return Math.floor(dueTick / width) * width;
}

/** The first tick after the cursor at which an occupied slot begins. */
export function nextVisit(occupied: Occupancy, cursor: number): number {
  let next = NEVER;
  for (let level = 0; level < LEVELS; level++) {
    const width = WIDTHS[level as 0 | 1 | 2 | 3];
    const current = Math.floor(cursor / width);
    const distance = occupied.distance(level, current & (SLOTS_PER_LEVEL - 1));
    if (distance > 0) next = Math.min(next, (current + distance) * width);
  }
  return next;
}

/** The slots above the finest level that begin at this tick, coarsest first: what is in them moves down. */
export function slotsToSpread(tick: number): readonly number[] {
  const slots: number[] = [];
  for (let level = LEVELS - 1; level > 0; level--) {
    const width = WIDTHS[level as 1 | 2 | 3];
    if (tick % width === 0) slots.push(level * SLOTS_PER_LEVEL + ((tick / width) & (SLOTS_PER_LEVEL - 1)));
  }
  return slots;
}
