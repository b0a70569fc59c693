import { types } from "node:util";
import { ProcessError } from "../errors/errors.ts";
import { safeString } from "../errors/safe-read.ts";

/** Whatever was thrown, as something that can be asked what it is: a proxy may throw at every question. */
export function thrownError(thrown: unknown): Error {
  if (types.isProxy(thrown)) return new ProcessError("The job threw a Proxy, which is not looked into", {});
  if (thrown instanceof Error || types.isNativeError(thrown)) return thrown; // also of another realm, as in tests and sandboxes
  return new ProcessError(`The job threw ${safeString(thrown)}, which is not an Error`, { cause: thrown });
}
