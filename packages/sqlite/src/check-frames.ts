import { type ChannelSpec, type Frame, type FrameOptions, OptionError, TooLargeError } from "@job-orch/core";
import { whole } from "./options.ts";

const CHANNEL_NAME = /^[A-Za-z0-9_.\-/:]{1,200}$/;

export function checkChannel({ name, mode }: ChannelSpec): void {
  if (typeof name !== "string" || !CHANNEL_NAME.test(name)) {
    throw new OptionError(`"${String(name).slice(0, 40)}" is no channel name; it takes 1 to 200 of A-Z a-z 0-9 _ . - / :`);
  }
  if (mode !== "work" && mode !== "broadcast") throw new OptionError(`"mode" is ${String(mode)}; it takes "work" or "broadcast"`);
}

/** Refuses what could not be stored, before anything of the call is. Errors: `ERR_OPTION`, `ERR_TOO_LARGE`. */
export function checkFrames(channel: string, frames: readonly Frame[], maxFrameBytes: number): void {
  for (const { id, body, options } of frames) {
    if (typeof id !== "string") throw new OptionError(`The id of a frame is ${typeof id}; it takes a string`);
    if (!(body instanceof Uint8Array))
      throw new OptionError(`The body of frame "${id}" is no Uint8Array: channel "${channel}" carries bytes`);
    if (body.byteLength > maxFrameBytes) throw new TooLargeError(channel, maxFrameBytes, body.byteLength);
    if (options !== undefined) checkOptions(options);
  }
}

function checkOptions({ dueMs, priority, orderKey, dedupe }: FrameOptions): void {
  if (priority !== undefined) whole("priority", priority, 0, 9);
  if (dueMs !== undefined) time("dueMs", dueMs);
  if (orderKey !== undefined) text("orderKey", orderKey);
  if (dedupe === undefined) return;
  text("dedupe.key", dedupe.key);
  time("dedupe.windowMs", dedupe.windowMs);
}

function time(name: string, value: number): void {
  if (typeof value !== "number" || Number.isNaN(value)) throw new OptionError(`"${name}" is ${String(value)}; it takes milliseconds`);
}

function text(name: string, value: string): void {
  if (typeof value !== "string") throw new OptionError(`"${name}" is ${typeof value}; it takes a string`);
}
