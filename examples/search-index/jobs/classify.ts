import { isAscii, isUtf8 } from "node:buffer";

/** What the bytes of a file are. */
export type Kind = "text" | "ERR_FILE_BINARY" | "ERR_FILE_NOT_UTF8";

/**
 * Tells text from what is not. Binary: it has a NUL, or is no UTF-8 and has control characters that text does not use.
 * Not UTF-8: bytes of some other encoding, such as Latin-1.
 */
export function classify(bytes: Buffer): Kind {
  if (bytes.includes(0)) return "ERR_FILE_BINARY";
  if (isAscii(bytes) || isUtf8(bytes)) return "text";
  return hasControls(bytes) ? "ERR_FILE_BINARY" : "ERR_FILE_NOT_UTF8";
}

/** Any of the C0 controls but backspace to carriage return (8 to 13) and escape (27), as terminals' logs have those. */
function hasControls(bytes: Buffer): boolean {
  return bytes.some((byte) => byte < 32 && (byte < 8 || byte > 13) && byte !== 27);
}
