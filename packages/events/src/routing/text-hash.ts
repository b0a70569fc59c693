import type { Scalar } from "./predicate.ts";

/** A hash of no characters; `hashStep` goes on from it. */
export const NO_TEXT = 0x2545f491;

/** The hash of a text that is one character longer; `hashEnd` of it is spread over all bits. Range: a 32-bit integer. */
export function hashStep(hash: number, character: number): number {
  return Math.imul(hash ^ character, 0x5bd1e995);
}

export function hashEnd(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

function hashText(text: string): number {
  let hash = NO_TEXT;
  for (let at = 0; at < text.length; at++) hash = hashStep(hash, text.charCodeAt(at));
  return hashEnd(hash);
}

/** The same for values that are equal by `===`, so for 0 and −0. */
export function hashOf(value: Scalar): number {
  if (typeof value === "string") return hashText(value);
  if (typeof value === "number") return hashNumber(value);
  return value === null ? 1 : value ? 2 : 3;
}

/**
 * A hash that costs the same for every length: a few characters of a text, which tell most values of one field from each
 * other. Of what a rule cannot name: 0.
 */
export function printOf(value: unknown): number {
  if (typeof value !== "string") return isScalar(value) ? hashOf(value) : 0;
  const { length } = value;
  if (length < 4) return hashText(value);
  return (
    (length << 24) ^
    value.charCodeAt(0) ^
    (value.charCodeAt(length >>> 1) << 5) ^
    (value.charCodeAt(length - 3) << 10) ^
    (value.charCodeAt(length - 2) << 15) ^
    (value.charCodeAt(length - 1) << 20)
  );
}

/** What a rule may compare with. */
export function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null;
}

const float = new Float64Array(1);
const halves = new Int32Array(float.buffer);

function hashNumber(value: number): number {
  const whole = value | 0;
  if (whole === value) return hashEnd(Math.imul(whole, 0x5bd1e995));
  float[0] = value;
  return hashEnd(hashStep(halves[0] as number, halves[1] as number));
}
