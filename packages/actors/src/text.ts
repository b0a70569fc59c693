import { defaultCodec } from "@job-orch/core";

/** A value in core's codec: the same text wherever it is carried or kept. Errors: `ERR_ENCODE` with the path to what cannot be. */
export function toText(value: unknown): string {
  return Buffer.from(defaultCodec.encode(value)).toString();
}

/** Errors: `ERR_DECODE`. */
export function fromText(text: string): unknown {
  return defaultCodec.decode(Buffer.from(text));
}
