import { hash } from "node:crypto";
import { defineJob, type RunContext } from "@job-orch/core";
import type { FileIndex } from "../store/file-index.ts";
import { classify } from "./classify.ts";
import { readBytes } from "./read-bytes.ts";
import { RefusedFileError } from "./refused-file-error.ts";
import { type FoundFile, foundFile, type ReadResponse, readResponse } from "./shapes.ts";

/** Larger files are refused. Units: bytes. */
export const MOST_FILE_BYTES = 1024 * 1024;
/** How often a file is tried that the system could not read just then. */
export const READ_ATTEMPTS = 3;

/** What the system may get over. Source: errno(3). */
const PASSING_TROUBLE: ReadonlySet<string> = new Set(["EAGAIN", "EBUSY", "EINTR", "EIO", "EMFILE", "ENFILE", "ENOMEM", "ESTALE", "ETIMEDOUT"]);

interface ReadResources {
  readonly index: FileIndex;
  /** For one file at a time; a byte longer than the largest file, so that a larger one shows. */
  readonly buffer: Buffer;
}

/** Made once per slot: a job has its buffer for itself. */
export function readResources(index: FileIndex): ReadResources {
  return { index, buffer: Buffer.allocUnsafeSlow(MOST_FILE_BYTES + 1) };
}

/**
 * Reads one file. Files of the size and time that the index has are answered from it without being opened. A file that
 * cannot be indexed is noted, so that later runs pass it by, and its request ends in the dead letters.
 */
export const readJob = defineJob({
  name: "read",
  request: foundFile,
  response: readResponse,
  errors: [RefusedFileError],
  getCache: getRead,
  run: async (file: FoundFile, resources: ReadResources, context: RunContext): Promise<ReadResponse> => {
    try {
      return await readFile(file, resources, context.attempt);
    } catch (error) {
      // Noted before it is thrown: between the two, a crash brings the request back, and it is refused again.
      if (error instanceof RefusedFileError) await resources.index.refuse(file, error.code);
      throw error;
    }
  },
});

/** Answers from the index when that has the file as it is on disk. */
export function getRead(file: FoundFile, { index }: Pick<ReadResources, "index">): { readonly response: ReadResponse } | undefined {
  return index.has(file) ? { response: { ...file, state: "indexed" } } : undefined;
}

async function readFile(file: FoundFile, { index, buffer }: ReadResources, attempt: number): Promise<ReadResponse> {
  const { path, size } = file;
  const bytes = size > MOST_FILE_BYTES ? buffer : await bytesOf(path, buffer, attempt);
  // It may have grown since the walk saw it.
  if (bytes.length > MOST_FILE_BYTES) throw new RefusedFileError("ERR_FILE_TOO_LARGE", path, `over ${MOST_FILE_BYTES} bytes`);
  const kind = classify(bytes);
  if (kind !== "text") throw new RefusedFileError(kind, path, `${bytes.length} bytes`);
  const contentHash = hash("sha1", bytes, "base64url");
  const text = bytes.toString("utf8");
  if (await index.touch(file, contentHash)) return { ...file, state: "indexed" };
  return { ...file, state: "text", hash: contentHash, text };
}

async function bytesOf(path: string, buffer: Buffer, attempt: number): Promise<Buffer> {
  try {
    return await readBytes(path, buffer);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    if (PASSING_TROUBLE.has(code) && attempt < READ_ATTEMPTS) throw error;
    throw new RefusedFileError("ERR_FILE_UNREADABLE", path, code, { cause: error });
  }
}
