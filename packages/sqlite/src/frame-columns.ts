import type { Frame, Headers, WireError } from "@job-orch/core";

/** Never early, and within what an integer column holds. */
export function wholeMs(timeMs: number): number {
  return Math.min(Math.ceil(timeMs), Number.MAX_SAFE_INTEGER);
}

export function headersText({ headers }: Frame): string | null {
  return headers === undefined ? null : JSON.stringify(headers);
}

export function toHeaders(text: string | null): Headers | undefined {
  return text === null ? undefined : (JSON.parse(text) as Headers);
}

/** Units: bytes of body, and characters of headers. */
export function sizeOf(frame: Frame, headers: string | null): number {
  return (frame.body as Uint8Array).byteLength + (headers?.length ?? 0);
}

/** An error as it is kept for inspection. What JSON cannot carry is left out: the reason itself must not be lost over it. */
export function errorText(error: WireError | undefined): string | null {
  if (error === undefined) return null;
  try {
    return JSON.stringify(error, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  } catch {
    const { name, message, code, stack, retry } = error;
    return JSON.stringify({ name, message, code, stack, retry });
  }
}

export function toError(text: string | null): WireError | undefined {
  return text === null ? undefined : (JSON.parse(text) as WireError);
}
