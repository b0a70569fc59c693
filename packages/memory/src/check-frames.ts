import { type Frame, type FrameOptions, OptionError } from "@job-orch/core";
import { whole } from "./options.ts";

/** Refuses frames whose options make no sense, before any of them is taken in. */
export function checkFrames(frames: readonly Frame[]): void {
  for (let index = 0; index < frames.length; index++) {
    const { options } = frames[index] as Frame;
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
