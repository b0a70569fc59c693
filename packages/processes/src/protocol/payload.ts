import { Buffer } from "node:buffer";
import { createCodec, DecodeError, EncodeError } from "@job-orch/core";
import { likelyFlatText } from "@job-orch/link";
import { isJsonPlain, refuseNesting, refusePrototypeKeys } from "@job-orch/core/substrate";
import { MAX_DEPTH, MAX_LINE_BYTES } from "./limits.ts";
import { whatJsonAlters } from "./what-json-alters.ts";
import { ProtocolError } from "./protocol-error.ts";

/** What stands before a payload in the tagged form of core's codec. No JSON begins with it. */
const TAGGED = 0x24; // $
const codec = createCodec({ maxBytes: MAX_LINE_BYTES, maxDepth: MAX_DEPTH });
const CODEC_TAGGED = 0x0a;

/**
 * A value as the end of a frame, with the space before it; nothing at all for `undefined`.
 *
 * Shape:  JSON; with `tags`, values that JSON would alter go in the tagged form.
 * Errors: `ERR_ENCODE` with the path to what cannot be carried unchanged.
 */
export function writePayload(value: unknown, tags: boolean): string {
  if (value === undefined) return "";
  const flat = typeof value === "object" && value !== null ? likelyFlatText(value) : undefined;
  if (flat !== undefined) return ` ${flat}`;
  if (isJsonPlain(value, MAX_DEPTH, MAX_LINE_BYTES)) return ` ${JSON.stringify(value)}`;
  const bytes = codec.encode(value);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8", 1);
  if (bytes[0] !== CODEC_TAGGED) return ` ${text}`;
  if (tags) return ` $${text}`;
  throw notJson(value);
}

/** What is said of a value that a worker cannot be sent, with the path to what in it JSON would alter. */
export function notJson(value: unknown): EncodeError {
  const { path, what } = whatJsonAlters(value);
  return new EncodeError(path, `${what} is not JSON, and this worker takes nothing else`);
}

/**
 * The value that a frame ends with; `undefined` when it ends without one.
 *
 * Errors: `ERR_PROTOCOL` when it is not JSON: the link is damaged. `ERR_DECODE` when it is, but must not be let in (a field named
 *         `__proto__`, too deep): only its request is concerned.
 */
export function readPayload(text: string, suspicious: boolean): unknown {
  if (text === "") return undefined;
  if (text.charCodeAt(0) === TAGGED) return codec.decode(Buffer.from(`\n${text.slice(1)}`));
  refuseNesting(text, MAX_DEPTH);
  const value = parse(text);
  if (suspicious) refusePrototypeKeys(text, value);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError("A payload is not JSON"); // the engine's message quotes it, and it may hold secrets
  }
}

/** Buffers alone can be attachments: another view would come back as one. */
export function isBuffer(value: unknown): value is Buffer {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Buffer.prototype;
}

/** What stands before the bytes of a buffer that waits as text. No payload begins with it. */
const BYTES = "\0";

/** A request as a pool keeps it: as `writePayload` makes it, with tags; of a buffer its bytes as they are now, for `bytesOf`. */
export function keptPayload(value: unknown): string {
  return isBuffer(value) ? ` ${BYTES}${value.toString("latin1")}` : writePayload(value, true);
}

/** What kept text is, by the character behind its space: JSON when it is neither. */
export const Kept = { Tagged: TAGGED, Bytes: BYTES.charCodeAt(0) } as const;

/** The buffer that was kept as text. */
export function bytesOf(kept: string): Buffer {
  return Buffer.from(kept.slice(2), "latin1");
}

/** Whether only the frame's request is concerned, and the link can go on. */
export function isRefusal(error: unknown): error is DecodeError {
  return error instanceof DecodeError;
}
