import { LINE } from "./layout.ts";

/** Words of a ring, each written by one side, each on a line of its own. */
export const WRITTEN = LINE;
export const READ = 2 * LINE;
/** Where the reader waits for something, and the writer for room. */
export const READER_PARKING = 3 * LINE;
export const WRITER_PARKING = 4 * LINE;
export const HEADER_BYTES = 5 * LINE * 4;
