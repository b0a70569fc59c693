import { BusyError } from "./busy-error.ts";
import * as coreErrors from "./errors.ts";
import { JobError } from "./job-error.ts";
import { RemoteError } from "./remote-error.ts";
import { safeRead, safeString, safeText } from "./safe-read.ts";
import type { ErrorClass } from "./wire-error-codec.ts";
import type { WireError } from "./wire-error.ts";

const BRAND = Symbol.for("@job-orch/core/JobError");
const MOST_DEPTH = 8;
const MOST_MEMBERS = 32;
const REMOTE_MARK = "    --- the frames above are of the process that ran the job ---";

/** Classes that every caller knows: core's own and the language's. */
const KNOWN: readonly ErrorClass[] = [
  ...Object.values(coreErrors),
  BusyError,
  AggregateError,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
];

/**
 * The error that a `WireError` tells of: an instance of the registered class of that name, else a `RemoteError`.
 *
 * Promise: never throws, whatever came over the wire; calls no constructor of a registered class, so private fields are
 *          missing. The stack is the remote one, with a mark.
 */
export function fromWireError(wire: WireError, registry: readonly ErrorClass[] = []): Error {
  return rebuild(wire, registry, 1);
}

function rebuild(wire: unknown, registry: readonly ErrorClass[], depth: number): Error {
  const name = safeText(wire, "name") ?? "Error";
  const message = safeString(safeRead(wire, "message") ?? "");
  const found = registry.find((known) => isNamed(known, name)) ?? KNOWN.find((known) => isNamed(known, name));
  const error = found === undefined ? remoteError(wire, name, message) : instanceOf(found, wire, name, message);
  hide(error, "stack", markedStack(wire, name, message));
  if (depth < MOST_DEPTH) addCauses(error, wire, registry, depth);
  return error;
}

/** A real error (its stack and brand are the engine's) that is of the class, without running the class's code. */
function instanceOf(errorClass: ErrorClass, wire: unknown, name: string, message: string): Error {
  const error = new Error(message);
  const prototype = errorClass.prototype as object;
  Object.setPrototypeOf(error, prototype);
  const ours = prototype instanceof JobError;
  if (ours) hide(error, BRAND, true);
  if (safeRead(error, "name") !== name) hide(error, "name", name);
  addData(error, safeRead(wire, "data"));
  const code = safeText(wire, "code");
  if (code !== undefined && !Object.hasOwn(error, "code")) show(error, "code", code);
  const retry = retryOf(wire) ?? (ours ? "unknown" : undefined);
  if (retry !== undefined) show(error, "retry", retry);
  return error;
}

function remoteError(wire: unknown, name: string, message: string): RemoteError {
  const error = new RemoteError(message, { remoteName: name, remoteCode: safeText(wire, "code"), retry: retryOf(wire) });
  addData(error, safeRead(wire, "data"));
  return error;
}

function addCauses(error: Error, wire: unknown, registry: readonly ErrorClass[], depth: number): void {
  const cause = safeRead(wire, "cause");
  if (typeof cause === "object" && cause !== null) hide(error, "cause", rebuild(cause, registry, depth + 1));
  const members = safeRead(wire, "errors");
  if (!Array.isArray(members)) {
    if (error instanceof AggregateError) hide(error, "errors", []);
    return;
  }
  const rebuilt = members.slice(0, MOST_MEMBERS).map((member) => rebuild(member, registry, depth + 1));
  hide(error, "errors", rebuilt);
}

/** Fields of the thrower's, but none that would change how an error behaves. */
function addData(error: Error, data: unknown): void {
  if (typeof data !== "object" || data === null) return;
  for (const [key, value] of Object.entries(data)) {
    if (key in Error.prototype || Object.hasOwn(error, key) || key === "prototype" || key === "__proto__") continue;
    show(error, key, value);
  }
}

function isNamed(known: ErrorClass, name: string): boolean {
  return known.name === name || (Object.hasOwn(known.prototype, "name") && safeRead(known.prototype, "name") === name);
}

function retryOf(wire: unknown): WireError["retry"] {
  const retry = safeRead(wire, "retry");
  return retry === "later" || retry === "never" || retry === "unknown" ? retry : undefined;
}

function markedStack(wire: unknown, name: string, message: string): string {
  const stack = safeText(wire, "stack") ?? `${name}: ${message}`;
  return stack.endsWith(REMOTE_MARK) ? stack : `${stack}\n${REMOTE_MARK}`;
}

function hide(error: Error, key: PropertyKey, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: false });
}

function show(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: true });
}
