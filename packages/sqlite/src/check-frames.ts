import { type ChannelSpec, type Frame, type FrameOptions, OptionError, TooLargeError } from "@job-orch/core";
import { whole } from "./options.ts";

const CHANNEL_NAME = /^[A-Za-z0-9_.\-/:]{1,200}$/;

export function checkChannel(channel: ChannelSpec): void {
  if (typeof channel !== "object" || channel === null) throw new OptionError("The channel is no object; it takes { name, mode }");
  const { name, mode } = channel;
  if (typeof name !== "string" || !CHANNEL_NAME.test(name)) {
    throw new OptionError(`"${String(name).slice(0, 40)}" is no channel name; it takes 1 to 200 of A-Z a-z 0-9 _ . - / :`);
  }
  if (mode !== "work" && mode !== "broadcast") throw new OptionError(`"mode" is ${String(mode)}; it takes "work" or "broadcast"`);
}

/** Refuses what could not be stored, before anything of the call is. Errors: `ERR_OPTION`, `ERR_TOO_LARGE`. */
export function checkFrames(channel: string, frames: readonly Frame[], maxFrameBytes: number): void {
  if (!Array.isArray(frames)) throw new OptionError("The frames are no array; a send takes an array of frames");
  for (const frame of frames as readonly Frame[]) {
    if (typeof frame !== "object" || frame === null)
      throw new OptionError(`A frame is ${frame === null ? "null" : typeof frame}; it takes an object`);
    const { id, body, headers, options } = frame;
    if (typeof id !== "string") throw new OptionError(`The id of a frame is ${typeof id}; it takes a string`);
    if (!(body instanceof Uint8Array))
      throw new OptionError(`The body of frame "${id}" is no Uint8Array: channel "${channel}" carries bytes`);
    if (body.byteLength > maxFrameBytes) throw new TooLargeError(channel, maxFrameBytes, body.byteLength);
    if (headers !== undefined && (typeof headers !== "object" || headers === null))
      throw new OptionError(`The headers of frame "${id}" are no object`);
    if (options !== undefined) checkOptions(options);
  }
}

function checkOptions(options: FrameOptions): void {
  if (typeof options !== "object" || options === null) throw new OptionError("The options of a frame are no object");
  const { dueMs, priority, orderKey, dedupe } = options;
  if (priority !== undefined) whole("priority", priority, 0, 9);
  if (dueMs !== undefined) time("dueMs", dueMs);
  if (orderKey !== undefined) text("orderKey", orderKey);
  if (dedupe === undefined) return;
  if (typeof dedupe !== "object" || dedupe === null)
    throw new OptionError('"dedupe" is no object; it takes { key, windowMs, scope, onDuplicate }');
  text("dedupe.key", dedupe.key);
  time("dedupe.windowMs", dedupe.windowMs);
}

function time(name: string, value: number): void {
  if (typeof value !== "number" || Number.isNaN(value)) throw new OptionError(`"${name}" is ${String(value)}; it takes milliseconds`);
}

function text(name: string, value: string): void {
  if (typeof value !== "string") throw new OptionError(`"${name}" is ${typeof value}; it takes a string`);
}
