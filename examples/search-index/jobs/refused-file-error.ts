import { JobError } from "@job-orch/core";

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
