import { closeSync, openSync, readSync } from "node:fs";

/**
 * Reads the beginning of a file into a buffer and returns the part that was filled; a full buffer may mean that there is
 * more. At once: from the system's cache that takes 10 µs, while the trips to Node's thread pool and back take ten times that.
 *
 * Errors: those of the file system, with their `code`.
 */
export function readBytes(path: string, buffer: Buffer): Buffer {
  const file = openSync(path, "r");
  try {
    let end = 0;
    while (end < buffer.length) {
      const count = readSync(file, buffer, end, buffer.length - end, end);
      if (count === 0) break;
      end += count;
    }
    return buffer.subarray(0, end);
  } finally {
    closeSync(file);
  }
}
