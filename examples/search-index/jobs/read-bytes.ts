import { close, open, read } from "node:fs";

/**
 * Reads the beginning of a file into a buffer and returns the part that was filled; a full buffer may mean that there is
 * more. Callbacks, as promises of `node:fs` cost twice the time of a small file.
 *
 * Errors: those of the file system, with their `code`.
 */
export function readBytes(path: string, buffer: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    open(path, "r", (failed, file) => {
      if (failed !== null) return reject(failed);
      const finish = (error: Error | null, end: number): void => {
        close(file, () => (error === null ? resolve(buffer.subarray(0, end)) : reject(error)));
      };
      const fill = (from: number): void => {
        read(file, buffer, from, buffer.length - from, from, (error, count) => {
          const end = from + (count ?? 0);
          if (error !== null || count === 0 || end === buffer.length) return finish(error, end);
          fill(end);
        });
      };
      fill(0);
    });
  });
}
