import { OptionError } from "@job-orch/core";
import { isPromise, safeString } from "@job-orch/core/substrate";

/** A function of a stage, without its types. */
export type StageFunction = (...given: unknown[]) => unknown;

/** Every object has these from somewhere; nobody exports them for items to pass through. */
const HOSTILE: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const MOST_NAMES_SHOWN = 20;

/**
 * The function exported under a name: an own field that holds a function, and nothing else.
 *
 * Errors: `ERR_OPTION`, with the names there are.
 */
export function functionOf(functions: object, name: unknown): StageFunction {
  if (typeof name === "string" && !HOSTILE.has(name) && Object.hasOwn(functions, name)) {
    const found = (functions as Readonly<Record<string, unknown>>)[name];
    if (typeof found === "function") return found as StageFunction;
  }
  throw new OptionError(
    `There is no function "${safeString(name).slice(0, 60)}" among the functions of the stream; there are ${namesOf(functions)}`,
  );
}

/** For callers without types. Errors: `ERR_OPTION`. */
export function checkFunctions(functions: unknown): void {
  if (typeof functions === "object" && functions !== null && !isPromise(functions)) return;
  throw new OptionError('"functions" takes an object of functions, such as import * as functions from "./functions.ts"');
}

function namesOf(functions: object): string {
  const names = Object.keys(functions).filter(
    (name) => !HOSTILE.has(name) && typeof (functions as Record<string, unknown>)[name] === "function",
  );
  if (names.length === 0) return "none";
  const shown = names.slice(0, MOST_NAMES_SHOWN).map((name) => `"${name}"`);
  return names.length > MOST_NAMES_SHOWN ? `${shown.join(", ")}, …` : shown.join(", ");
}
