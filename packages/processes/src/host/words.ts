import { safeString } from "@job-orch/core/substrate";
import type { Extra } from "@job-orch/link";
import type { RequestMeta } from "../protocol/host-writer.ts";

/** What the pool knows of a request, in the protocol's words. */
export function toMeta({ id, attempt, deadline, headers, items }: Extra): RequestMeta {
  return {
    ...(id === undefined ? {} : { id }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(deadline === undefined ? {} : { leftMs: Math.max(0, deadline - Date.now()) }),
    ...(headers === undefined ? {} : { headers }),
    ...(items === undefined ? {} : { items }),
  };
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
