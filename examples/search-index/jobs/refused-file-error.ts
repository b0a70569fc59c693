import { JobError } from "@job-orch/core";
import type { FileIndex } from "../store/file-index.ts";
import type { FoundFile } from "./shapes.ts";

/** Why a file is not in the index, as people read it. */
export const REFUSALS = {
  ERR_FILE_UNREADABLE: "unreadable",
  ERR_FILE_BINARY: "binary",
  ERR_FILE_NOT_UTF8: "invalid UTF-8",
  ERR_FILE_TOO_LARGE: "too large",
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** A file that cannot be indexed however often it is read: its request goes to the dead letters with this as the reason. */
export class RefusedFileError extends JobError {
  override readonly name = "RefusedFileError";
  readonly code: RefusalCode;
  readonly retry = "never";
  /** Absolute. */
  readonly path: string;

  constructor(code: RefusalCode, path: string, detail: string, options?: { readonly cause?: unknown }) {
    super(`${REFUSALS[code]}: ${detail}`, options);
    this.code = code;
    this.path = path;
  }
}

/** Does something with a file, and notes it in the index when the file is refused. */
export async function noting<Made>(file: FoundFile, index: FileIndex, act: () => Promise<Made>): Promise<Made> {
  try {
    return await act();
  } catch (error) {
    // Noted before it is thrown: between the two, a crash brings the request back, and it is refused again.
    if (error instanceof RefusedFileError) await index.refuse(file, error.code);
    throw error;
  }
}
