import { EncodeError } from "@job-orch/core";
import { isJsonPlain } from "@job-orch/core/substrate";
import { likelyFlatText } from "./flat-text.ts";
import { findUncloneable } from "./uncloneable.ts";

/** How values travel. `auto`: plain JSON as text, which costs a third of its clone; the rest as a clone. */
export type Wire = "auto" | "clone" | "json";

/**
 * Decides how a value travels: as the text returned, or as it is when `undefined` is returned.
 *
 * Errors: `ERR_ENCODE` with the path to what would not arrive as it was sent.
 */
export type ToText = (value: unknown) => string | undefined;

const DEEPEST = 1_024;
/** Units: characters. */
const MOST_CHARS = 256 * 1024 * 1024;

export function payloadOf(wire: Wire): ToText {
  return wire === "auto" ? auto : wire === "clone" ? asClone : asText;
}

function auto(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return scalar(value);
  return likelyFlatText(value) ?? (isJsonPlain(value, DEEPEST, MOST_CHARS) ? JSON.stringify(value) : asClone(value));
}

function asClone(value: unknown): undefined {
  if (typeof value !== "object" || value === null) return scalar(value);
  const found = findUncloneable(value);
  if (found !== undefined) throw new EncodeError(found.path, found.why);
  return undefined;
}

/** JSON and nothing else, for wires that are text. A missing value is `null`, as JSON has no other word for it. */
export function asText(value: unknown): string {
  if (value === undefined) return "null";
  const flat = typeof value === "object" && value !== null ? likelyFlatText(value) : undefined;
  if (flat !== undefined) return flat;
  if (!isJsonPlain(value, DEEPEST, MOST_CHARS)) {
    throw new EncodeError("", "this wire carries JSON alone: plain objects, lists, strings, finite numbers, booleans and null");
  }
  return JSON.stringify(value);
}

function scalar(value: unknown): undefined {
  if (typeof value !== "function" && typeof value !== "symbol") return undefined;
  throw new EncodeError("", `a ${typeof value} cannot leave its thread`);
}
