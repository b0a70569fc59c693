import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { OptionError } from "@job-orch/core";
import { ProtocolError } from "./protocol-error.ts";

const GREETING = "LJP/1 ";
const MOST_TOKEN_BYTES = 512;
const LEAST_TOKEN_CHARS = 16;

/**
 * The door for workers that dial in: lets nobody pass whose first line is not `LJP/1 <token>`.
 *
 * Promise: an HTTP or TLS client is known by its first byte; a wrong token takes as long as a right one; keeps at most one short line.
 * Errors:  `ERR_PROTOCOL`: close the socket, and say nothing to it.
 */
export class TokenGate {
  readonly #expected: Buffer;
  #line = Buffer.alloc(0);

  constructor(token: string) {
    if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token) || token.length < LEAST_TOKEN_CHARS || token.length > MOST_TOKEN_BYTES) {
      throw new OptionError(`A token takes ${LEAST_TOKEN_CHARS} to ${MOST_TOKEN_BYTES} visible ASCII characters`);
    }
    this.#expected = digest(Buffer.from(token));
  }

  /** Gives what follows the token's line once the token was right; `undefined` while that line has not ended. */
  push(chunk: Uint8Array): Buffer | undefined {
    const room = GREETING.length + MOST_TOKEN_BYTES + 1;
    const head = chunk.subarray(0, room - this.#line.byteLength);
    this.#line = Buffer.concat([this.#line, head]);
    const known = Math.min(this.#line.byteLength, GREETING.length);
    if (this.#line.toString("latin1", 0, known) !== GREETING.slice(0, known)) throw new ProtocolError("Who dialled in is no worker");
    const end = this.#line.indexOf(0x0a);
    if (end === -1) {
      if (this.#line.byteLength === room) throw new ProtocolError("Who dialled in shows no token");
      return undefined;
    }
    if (!timingSafeEqual(digest(this.#line.subarray(GREETING.length, end)), this.#expected)) {
      throw new ProtocolError("Who dialled in shows a wrong token");
    }
    const used = head.byteLength - (this.#line.byteLength - end - 1);
    return Buffer.from(chunk.buffer, chunk.byteOffset + used, chunk.byteLength - used);
  }
}

/** Of equal length for tokens of any length. */
function digest(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
