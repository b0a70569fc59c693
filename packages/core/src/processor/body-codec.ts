import type { Codec } from "../codec/codec.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import { DecodeError, TooLargeError } from "../errors/errors.ts";
import { JobError } from "../errors/job-error.ts";
import type { WireError } from "../errors/wire-error.ts";
import { type AnySchema, validate } from "../job/validate.ts";
import type { Capabilities } from "../transport/capabilities.ts";

/** A response as it crosses: the value, or the error in its place as plain data. */
export type WireResult = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: WireError };

/** What is left of an error that does not fit, and of one that does not fit even so. Units: characters of its message. */
const LONGEST_MESSAGES = [500, 60, 0] as const;
const LONGEST_NAME = 100;

/** Turns values into bodies and back, as the transport's wire asks. */
export class BodyCodec {
  readonly #codec: Codec | undefined;
  readonly #maxBytes: number;

  constructor(capabilities: Capabilities, codec: Codec) {
    // A cloning wire alters what it cannot carry (class instances become plain objects), hence the codec there too.
    this.#codec = capabilities.wire === "reference" ? undefined : codec;
    this.#maxBytes = capabilities.maxFrameBytes;
  }

  /** Errors: `ERR_ENCODE` with the path to what cannot be carried, `ERR_TOO_LARGE`. */
  encode(value: unknown, channel: string): unknown {
    if (this.#codec === undefined) return value;
    const bytes = this.#codec.encode(value);
    if (bytes.byteLength > this.#maxBytes) throw new TooLargeError(channel, this.#maxBytes, bytes.byteLength);
    return bytes;
  }

  /** Errors: `ERR_DECODE`. */
  decode(body: unknown): unknown {
    if (this.#codec === undefined) return body;
    if (!(body instanceof Uint8Array)) throw new DecodeError(`A frame's body is ${typeof body}, not bytes`);
    try {
      return this.#codec.decode(body);
    } catch (error) {
      if (JobError.is(error)) throw error;
      throw new DecodeError(`The codec "${this.#codec.name}" cannot read the body`, { cause: error });
    }
  }

  /** A response. An error that is too large for the wire goes with less to say: it must not be lost. */
  encodeResult(result: WireResult, channel: string): unknown {
    if (result.ok) return this.encode(result, channel);
    try {
      return this.encode(result, channel);
    } catch (error) {
      return this.#encodeLess(result.error, channel, error);
    }
  }

  #encodeLess({ name, message, code }: WireError, channel: string, why: unknown): unknown {
    let refusal = why;
    for (const longest of LONGEST_MESSAGES) {
      const most = Math.min(longest, LONGEST_NAME);
      const kept = code === undefined ? undefined : { code: code.slice(0, LONGEST_NAME) };
      const error = { name: most === 0 ? "Error" : name.slice(0, most), message: message.slice(0, longest), ...kept };
      try {
        return this.encode({ ok: false, error }, channel);
      } catch (failed) {
        refusal = failed;
      }
    }
    throw refusal;
  }

  /** Reads a response. Errors: `ERR_DECODE` when it is not one. */
  decodeResult(body: unknown): WireResult {
    const result = this.decode(body) as WireResult | null | undefined;
    if (typeof result === "object" && result !== null && typeof result.ok === "boolean") return result;
    throw new DecodeError("A response frame holds no result");
  }
}

/** Checks a value against a schema, when there is one. Errors: `ERR_VALIDATION`. */
export function check(schema: AnySchema | undefined, value: unknown, what: string): Awaitable<unknown> {
  return schema === undefined ? value : validate(schema, value, what);
}
