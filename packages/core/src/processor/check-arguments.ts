import { OptionError } from "../errors/errors.ts";
import { safeString } from "../errors/safe-read.ts";

// For callers without types: what they get wrong is said before anything is sent, not thrown from somewhere inside.

export function checkedKey(name: string, key: string): string {
  if (typeof key === "string" && key.length > 0 && key.length <= 200) return key;
  throw new OptionError(
    `"${name}" is ${typeof key === "string" ? `${key.length} characters long` : typeof key}; it takes a string of 1 to 200 characters`,
  );
}

export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined || typeof signal?.throwIfAborted === "function") return;
  throw new OptionError(`"signal" is ${shown(signal)}; it takes an AbortSignal`);
}

/** A thing that has these functions; `what` says what that is. */
export function checkMembers(name: string, value: unknown, members: readonly PropertyKey[], what: string): void {
  const has = (member: PropertyKey): boolean => typeof (value as Record<PropertyKey, unknown> | null | undefined)?.[member] === "function";
  if (!members.every(has)) throw new OptionError(`"${name}" is ${shown(value)}; it takes ${what}`);
}

/** Options within options: an object, or nothing. */
export function checkGroup(name: string, value: unknown): void {
  if (value === undefined || (typeof value === "object" && value !== null)) return;
  throw new OptionError(`"${name}" is ${shown(value)}; it takes an object, or is left out`);
}

/** A function, or nothing. */
export function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new OptionError(`"${name}" is ${shown(value)}; it takes a function`);
}

export function oneOf<Name extends string>(name: string, value: Name, names: readonly Name[]): Name {
  if (names.includes(value)) return value;
  throw new OptionError(`"${name}" is ${shown(value)}; it takes ${names.map((one) => `"${one}"`).join(" or ")}`);
}

function shown(value: unknown): string {
  const text = safeString(value);
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
