/** The version of the protocol that this package speaks. */
export const VERSION = 1;

/** Of one line, without its line feed. What is longer is refused. Units: bytes. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** Of one attachment. Units: bytes. */
export const MAX_ATTACHMENT_BYTES = 64 * 1024 * 1024;

/** How deep a payload may be nested: what core's codec takes. */
export const MAX_DEPTH = 1_024;

/** The most requests that a worker may have open. */
export const MAX_CREDIT = 65_536;

/** How long a worker has to say hello. Units: milliseconds. */
export const HELLO_TIMEOUT_MS = 10_000;

/** How long a worker that dials in has to show its token. Units: milliseconds. */
export const TOKEN_TIMEOUT_MS = 5_000;

/** How long a line may stay unfinished once it has begun. Units: milliseconds. */
export const FRAME_TIMEOUT_MS = 30_000;

/** How long a link may be silent before the host pings. Units: milliseconds. */
export const SILENCE_MS = 10_000;

/** How many pings in a row may go unanswered. */
export const MOST_LOST_PINGS = 3;

/** How much a host leaves unsent before it waits for the worker to read. Units: bytes. */
export const MAX_UNSENT_BYTES = 256 * 1024;
