import { ConnectionError, type JobError, JobError as AnyJobError, ReceiveError, type Retry, SendError, StoreError } from "@job-orch/core";

/** Result codes we act on. Source: https://www.sqlite.org/rescode.html */
export const BUSY = 5;
const LOCKED = 6;
const ERROR = 1;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const NOTADB = 26;

/** What a failure means for a retry; `unknown` for codes that are not here. Source: https://www.sqlite.org/rescode.html */
const RETRY_BY_CODE: Readonly<Record<number, Retry>> = {
  [BUSY]: "later",
  [LOCKED]: "later",
  7: "later", // NOMEM
  [ERROR]: "never", // our statements are right for our schema
  8: "never", // READONLY
  [CORRUPT]: "never",
  [FULL]: "later",
  14: "later", // CANTOPEN
  [NOTADB]: "never",
};

const WHY_UNUSABLE: Readonly<Record<number, string>> = {
  8: "is read-only",
  [ERROR]:
    "lacks tables or columns that its schema version should have: something else changed it. Restore it from a copy, or move it aside to begin anew",
  [CORRUPT]: "is damaged: it was cut short or overwritten. Restore it from a copy, or move it aside to begin anew",
  [NOTADB]: "is not a SQLite database",
};

/** Primary result code of what `node:sqlite` threw; `undefined` for anything else. */
export function codeOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  return error.errcode & 0xff;
}

/** Someone else is writing; nothing happened. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === BUSY || code === LOCKED;
}

/** The connection cannot be trusted any more: what it holds in memory may differ from the file. */
export function needsReopening(error: unknown): boolean {
  const code = codeOf(error);
  return code === IOERR || code === CORRUPT || code === NOTADB || code === 8;
}

/** `committing`: the failure came while the transaction was being committed, so an I/O error leaves its fate open. */
export function retryOf(error: unknown, committing: boolean): Retry {
  if (AnyJobError.is(error)) return error.retry;
  const code = codeOf(error);
  if (code === undefined) return "unknown";
  return RETRY_BY_CODE[code] ?? (committing ? "unknown" : "later");
}

/** What using the file as a whole ran into. */
export function toStoreError(path: string, error: unknown): Error {
  if (AnyJobError.is(error)) return error;
  const code = codeOf(error);
  if (code === undefined)
    return error instanceof Error ? error : new ConnectionError(`Using "${path}" failed`, { retry: "unknown", cause: error });
  const why = WHY_UNUSABLE[code];
  if (why !== undefined) return new StoreError(`"${path}" ${why}`, { cause: error });
  return new ConnectionError(`Using "${path}" failed: ${messageOf(error)}`, { retry: retryOf(error, false), cause: error });
}

export function toSendError(channel: string, error: unknown, committing: boolean, accepted: number): JobError {
  if (error instanceof SendError) return error;
  if (AnyJobError.is(error) && error.code === "ERR_CLOSED" && accepted === 0) return error;
  return new SendError(channel, { retry: retryOf(error, committing), accepted, cause: error, why: messageOf(error) });
}

export function toReceiveError(channel: string, error: unknown): JobError {
  return AnyJobError.is(error) ? error : new ReceiveError(channel, { retry: retryOf(error, false), cause: error });
}

/** Settling again is safe whatever happened: what was stored is not applied twice. */
export function toSettleError(path: string, error: unknown): JobError {
  if (AnyJobError.is(error)) return error;
  const code = codeOf(error);
  if (code !== undefined && WHY_UNUSABLE[code] !== undefined) return toStoreError(path, error) as JobError;
  return new ConnectionError(`Settling in "${path}" failed: ${messageOf(error)}`, { retry: "later", cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
