/** About how many bytes a message takes on a wire. */
export function bytesOf(message: unknown): number {
  if (message instanceof Uint8Array) return message.byteLength;
  const text = typeof message === "string" ? message : JSON.stringify(message);
  return text === undefined ? 0 : Buffer.byteLength(text);
}
