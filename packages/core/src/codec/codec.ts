import { isUtf8 } from "node:buffer";
import { DecodeError, EncodeError, OptionError } from "../errors/errors.ts";
import { isJsonPlain } from "./is-json-plain.ts";
import { refuseNesting, refusePrototypeKeys } from "./json-guards.ts";
import { TaggedReader } from "./tagged-reader.ts";
import { TaggedWriter } from "./tagged-writer.ts";

/**
 * Turns values into bytes and back.
 *
 * Promise: what `decode` gives is what `encode` was given, or `encode` refused it; `decode` takes bytes from anyone.
 * Errors:  `encode`: `ERR_ENCODE` with the path to what cannot be carried. `decode`: `ERR_DECODE`, and nothing else.
 */
export interface Codec {
  readonly name: string;
  /** The bytes may be a view of memory that others use too: copy them before transferring their buffer to a thread. */
  readonly encode: (value: unknown) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
}

export interface CodecLimits {
  /** Of one encoded value. Range: integer ≥ 1. Default 64 MiB. Units: bytes. */
  readonly maxBytes?: number;
  /** How deep containers may be nested. Range: integer 1 to 1,024. Default 1,024. */
  readonly maxDepth?: number;
}

/** First byte of a body: what follows is JSON either way, and a blank before it keeps the whole valid JSON. */
const PLAIN = 0x20; // space: the value as it stands
const TAGGED = 0x0a; // line feed: objects with a "$" are tags (see tagged-writer.ts)

const encoder = new TextEncoder();

/** Of maps this takes two thirds of the stack that Node gives a thread by default. */
const DEEPEST = 1_024;
/** A tag, its list and an entry's pair: levels of JSON that one level of the value can take. */
const JSON_LEVELS_PER_LEVEL = 3;

/**
 * The codec that processors use when they are not given another. Its bytes are JSON with one blank before it.
 *
 * Shape:  carries JSON, undefined, holes, NaN, ±Infinity, −0, bigint, Date, Map, Set, RegExp, URL, ArrayBuffer, its views
 *         and Buffer, objects without prototype, repeated references and cycles. Refuses everything else.
 * Source: docs/adr/0002-codec.md
 */
export function createCodec(limits: CodecLimits = {}): Codec {
  const maxBytes = whole("maxBytes", limits.maxBytes ?? 64 * 1024 * 1024, Number.MAX_SAFE_INTEGER);
  const maxDepth = whole("maxDepth", limits.maxDepth ?? DEEPEST, DEEPEST);
  return {
    name: "job-orch-json",
    encode: (value) => {
      // Every object has it then, and JSON.stringify would call it.
      if (inheritsToJson()) throw new EncodeError("", "Object.prototype or Array.prototype has a toJSON");
      if (isJsonPlain(value, maxDepth, maxBytes)) return toBytes(PLAIN, value, maxBytes);
      return toBytes(TAGGED, new TaggedWriter(maxDepth, maxBytes).write(value), maxBytes);
    },
    decode: (bytes) => {
      const text = toText(bytes, maxBytes);
      const tagged = bytes[0] === TAGGED;
      refuseNesting(text, tagged ? (maxDepth + 1) * JSON_LEVELS_PER_LEVEL : maxDepth);
      const json = parse(text);
      refusePrototypeKeys(text, json);
      return tagged ? readTags(json, maxDepth) : json;
    },
  };
}

export const defaultCodec: Codec = createCodec();

function inheritsToJson(): boolean {
  return (Array.prototype as { toJSON?: unknown }).toJSON !== undefined;
}

function toBytes(mark: typeof PLAIN | typeof TAGGED, json: unknown, maxBytes: number): Uint8Array {
  const text = toJson(json);
  if (text.length >= maxBytes) throw tooLarge(text.length + 1, maxBytes);
  const bytes = Buffer.allocUnsafe(text.length + 1);
  bytes[0] = mark;
  // Most bodies are ASCII, where one pass does it.
  if (encoder.encodeInto(text, bytes.subarray(1)).read === text.length) return bytes;
  const wide = Buffer.from(String.fromCharCode(mark) + text);
  if (wide.byteLength > maxBytes) throw tooLarge(wide.byteLength, maxBytes);
  return wide;
}

function toJson(json: unknown): string {
  try {
    return JSON.stringify(json);
  } catch (error) {
    throw new EncodeError("", error instanceof RangeError ? "it is too deep or too long for this engine" : "it changed while it was read");
  }
}

function tooLarge(bytes: number, maxBytes: number): EncodeError {
  return new EncodeError("", `it takes ${bytes} bytes or more, over the limit of ${maxBytes}`);
}

function toText(bytes: Uint8Array, maxBytes: number): string {
  if (bytes.byteLength > maxBytes) throw new DecodeError(`The body has ${bytes.byteLength} bytes, over the limit of ${maxBytes}`);
  if (bytes[0] !== PLAIN && bytes[0] !== TAGGED) throw new DecodeError("The body is of no format that this version knows");
  if (!isUtf8(bytes)) throw new DecodeError("The body is not UTF-8");
  const { buffer, byteOffset, byteLength } = bytes;
  return Buffer.from(buffer, byteOffset, byteLength).toString("utf8", 1);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DecodeError("The body is not JSON"); // the engine's message quotes the body, which may hold secrets
  }
}

function readTags(json: unknown, maxDepth: number): unknown {
  try {
    return new TaggedReader(maxDepth).read(json);
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    throw new DecodeError("The body's tags cannot be read", { cause: error });
  }
}

function whole(limit: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new OptionError(`"${limit}" is ${String(value)}; it takes a whole number from 1 to ${most}`);
}
