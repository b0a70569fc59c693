import { JobError, type WireError } from "@job-orch/core";
import { safeString } from "@job-orch/core/substrate";
import type { Extra } from "@job-orch/link";
import type { RequestMeta } from "../protocol/host-writer.ts";

/** What the pool knows of a request, in the protocol's words. */
export function toMeta({ id, attempt, deadline, headers }: Extra): RequestMeta {
  return {
    ...(id === undefined ? {} : { id }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(deadline === undefined ? {} : { leftMs: Math.max(0, deadline - Date.now()) }),
    ...(headers === undefined ? {} : { headers }),
  };
}

/** An error of this side as if the worker had said it. */
export function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  return JobError.is(error) ? { name, message, code: error.code, retry: error.retry } : { name, message };
}

/** A worker's log line, whatever its words for it are. */
export function toLog(value: unknown): { readonly level: string; readonly message: string; readonly fields?: unknown } {
  const { lvl, level, msg, message, fields } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const words = { level: safeString(level ?? lvl ?? "info"), message: safeString(message ?? msg ?? "") };
  return fields === undefined ? words : { ...words, fields };
}

export function logText(value: unknown): string {
  const { level, message } = toLog(value);
  return `${level}: ${message}`;
}
