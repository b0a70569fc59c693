import { createCodec } from "../codec/codec.ts";
import type { WireError } from "../errors/wire-error.ts";

/** What is kept for a key: a response or an error, and how long it is good for. */
export interface CacheEntry {
  readonly kept: { readonly response: unknown } | { readonly error: WireError };
  /** Units: epoch milliseconds. */
  readonly freshUntilMs: number;
  /** Until then it may be given out while someone asks anew. */
  readonly staleUntilMs: number;
}

/** A cache is for answers, not for files: what is longer is not kept. */
const codec = createCodec({ maxBytes: 16 * 1024 * 1024 });

/** As text, which every store can hold, and as a copy, which nobody can change. Errors: `ERR_ENCODE`. */
export function toText({ kept, freshUntilMs, staleUntilMs }: CacheEntry): string {
  return Buffer.from(codec.encode([freshUntilMs, staleUntilMs, kept])).toString();
}

/** `undefined` for what is not one. Errors: `ERR_DECODE`. */
export function toEntry(text: unknown): CacheEntry | undefined {
  if (typeof text !== "string") return undefined;
  const read = codec.decode(Buffer.from(text));
  if (!Array.isArray(read)) return undefined;
  const [freshUntilMs, staleUntilMs, kept] = read as readonly unknown[];
  if (typeof freshUntilMs !== "number" || typeof staleUntilMs !== "number") return undefined;
  if (typeof kept !== "object" || kept === null || !("response" in kept || "error" in kept)) return undefined;
  return { kept: kept as CacheEntry["kept"], freshUntilMs, staleUntilMs };
}
