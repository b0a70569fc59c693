/** A class of errors that callers want back as such. Its constructor is never called for that. */
export type ErrorClass = abstract new (...args: never[]) => Error;

export { fromWireError } from "./from-wire-error.ts";
export { toWireError } from "./to-wire-error.ts";
