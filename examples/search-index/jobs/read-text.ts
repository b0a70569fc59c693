import { hash } from "node:crypto";
import { classify } from "./classify.ts";
import { readBytes } from "./read-bytes.ts";
import { RefusedFileError } from "./refused-file-error.ts";
import type { FoundFile } from "./shapes.ts";

/** Larger files are refused. Units: bytes. */
export const MOST_FILE_BYTES = 1024 * 1024;
/** How often a file is tried that the system could not read just then. */
export const READ_ATTEMPTS = 3;

/** What the system may get over. Source: errno(3). */
const PASSING_TROUBLE: ReadonlySet<string> = new Set([
  "EAGAIN",
  "EBUSY",
  "EINTR",
  "EIO",
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ESTALE",
  "ETIMEDOUT",
]);

/** Every file is read into it and made text before the next; a byte longer than the largest file, so that a larger one shows. */
const buffer = Buffer.allocUnsafeSlow(MOST_FILE_BYTES + 1);

/** A file's text and what tells it from any other. */
export interface Text {
  readonly hash: string;
  readonly text: string;
}

/**
 * Reads a text file.
 *
 * Errors: `RefusedFileError` when it is none or cannot be read; what the system may get over is thrown as it came, so that
 *         it is tried again, until the last attempt.
 */
export function readText({ path, size }: FoundFile, attempt: number): Text {
  const bytes = size > MOST_FILE_BYTES ? buffer : bytesOf(path, attempt);
  // It may have grown since the walk saw it.
  if (bytes.length > MOST_FILE_BYTES) throw new RefusedFileError("ERR_FILE_TOO_LARGE", path, `over ${MOST_FILE_BYTES} bytes`);
  const kind = classify(bytes);
  if (kind !== "text") throw new RefusedFileError(kind, path, `${bytes.length} bytes`);
  return { hash: hash("sha1", bytes, "base64url"), text: bytes.toString("utf8") };
}

function bytesOf(path: string, attempt: number): Buffer {
  try {
    return readBytes(path, buffer);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    if (PASSING_TROUBLE.has(code) && attempt < READ_ATTEMPTS) throw error;
    throw new RefusedFileError("ERR_FILE_UNREADABLE", path, code, { cause: error });
  }
}
