// How a worker shares out its time: when replies go out, and when timers and I/O have a turn.

/** A batch of replies goes out when it has this many. */
const MOST_REPLIES = 64;
export const FULL = 2 + 2 * MOST_REPLIES;
/**
 * A reply waits for others this long at most, as far as jobs give it the chance, and only while more requests are here: on a
 * machine whose cores are all busy, each time the host is woken it takes a core from a job. Units: milliseconds.
 */
export const LONGEST_WAIT_MS = 8;
/** Behind a job this long a reply would wait much longer, and nobody knows which is the next such one: where there was one not long ago, none waits. */
export const LONG_JOB_MS = 2 * LONGEST_WAIT_MS;
/** How much of the longest job is remembered from one job to the next. */
export const MEMORY = 0.999;
/** Jobs that never wait let timers and I/O have a turn after this. Units: milliseconds. */
export const LONGEST_TURN_MS = 16;
/** Who computed this long without a pause is busy, and most often has more to do. Units: milliseconds. */
export const BUSY_MS = 1;
/** Looking at the clock costs as much as a small job: jobs this short share a look. Units: milliseconds. */
export const SHORT_MS = 0.02;
export const LOOK_EVERY = 16;
