import { close, open, read } from "node:fs";

/**
 * Reads a file's first bytes, up to `max`. Callbacks, as promises of `node:fs` cost twice the time of a small file.
 *
 * Errors: those of the file system, with their `code`.
 */
export function readBytes(path: string, max: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    open(path, "r", (failed, file) => {
      if (failed !== null) return reject(failed);
      const bytes = Buffer.allocUnsafe(max);
      const finish = (error: Error | null, end: number): void => {
        close(file, () => (error === null ? resolve(bytes.subarray(0, end)) : reject(error)));
      };
      const fill = (from: number): void => {
        read(file, bytes, from, max - from, from, (error, count) => {
          const end = from + (count ?? 0);
          if (error !== null || count === 0 || end === max) return finish(error, end);
          fill(end);
        });
      };
      fill(0);
    });
  });
}
