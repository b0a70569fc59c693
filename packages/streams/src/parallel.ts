import type { ParallelStream } from "./parallel-stream.ts";
import { type ParallelOptions, toSettings } from "./parallel-options.ts";
import { checkSource } from "./source/open-source.ts";
import type { SourceOf } from "./source/source.ts";
import { Stream } from "./stream.ts";

/**
 * A stream of items through functions that a pool of workers runs.
 *
 * Shape:  functions are named: a closure cannot leave its thread. All stages cost one message per chunk, there and back.
 * Promise: gives what a loop would give. At most `workers × window` chunks are taken from the source ahead of whoever reads. The
 *         first items run here and are measured; where workers would not pay, all of them do, and `plan` says so.
 * Errors: `ERR_OPTION` when an option is missing or out of range, or a function does not exist.
 *
 * @example
 * const hot = await parallel(lines, { pool, functions }).map("parse").filter("isHot").toArray();
 */
export function parallel<Item, const Functions extends object>(
  source: SourceOf<Item>,
  options: ParallelOptions<Functions>,
): ParallelStream<Functions, Item> {
  checkSource(source);
  // The stream works on unknown values; the functions' types are what its users see of it.
  return new Stream(source, toSettings(options), []) as unknown as ParallelStream<Functions, Item>;
}
