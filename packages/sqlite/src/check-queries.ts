import { type FrameState, type ListQuery, OptionError } from "@job-orch/core";
import { checkChannel } from "./check-frames.ts";
import { whole } from "./options.ts";

const STATES: readonly FrameState[] = ["ready", "delayed", "in-flight", "completed", "cancelled", "dead"];

/** What selects frames, of `list`, `redrive` and `remove` alike. */
export interface Selection extends ListQuery {
  readonly ids?: readonly string[];
}

/** Refuses what a look into the store or an action on it cannot mean. Errors: `ERR_OPTION`. */
export function checkSelection(query: Selection): void {
  if (typeof query !== "object" || query === null || Array.isArray(query))
    throw new OptionError("The query is no object; it takes {} for all");
  const { ids, state, sinceMs, error, after, limit } = query;
  if (ids !== undefined && !(Array.isArray(ids) && ids.every((id) => typeof id === "string")))
    throw new OptionError('"ids" takes an array of strings');
  if (state !== undefined && !STATES.includes(state)) throw new OptionError(`"state" is ${shown(state)}; it takes ${STATES.join(", ")}`);
  if (sinceMs !== undefined && !Number.isFinite(sinceMs))
    throw new OptionError(`"sinceMs" is ${shown(sinceMs)}; it takes epoch milliseconds`);
  if (error !== undefined) checkText("error", error);
  if (after !== undefined) checkText("after", after);
  if (limit !== undefined) whole("limit", limit, 0);
}

/** A channel, or one group of it as `channel@group`. */
export function checkAddress(address: string): void {
  checkText("channel", address);
  const at = address.indexOf("@");
  checkChannel({ name: at < 0 ? address : address.slice(0, at), mode: at < 0 ? "work" : "broadcast" });
}

export function checkText(name: string, value: string): void {
  if (typeof value !== "string") throw new OptionError(`"${name}" is ${shown(value)}; it takes a string`);
}

export function checkFlag(name: string, value: boolean): void {
  if (typeof value !== "boolean") throw new OptionError(`"${name}" is ${shown(value)}; it takes true or false`);
}

/** A wrong value in a message; anything may come here. */
function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  return value === null || typeof value === "number" || typeof value === "boolean" ? String(value) : `of type ${typeof value}`;
}
