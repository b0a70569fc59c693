import type { WireError } from "./wire-error.ts";
export type ErrorClass = abstract new (...args: never[]) => Error;
export function toWireError(thrown: unknown, _options?: { readonly stack?: boolean }): WireError {
  const e = thrown as Error & { code?: string };
  return { name: e.name, message: e.message, ...(e.code === undefined ? {} : { code: e.code }) };
}
export function fromWireError(wire: WireError, registry: readonly ErrorClass[] = []): Error {
  const known = registry.find((c) => c.name === wire.name);
  const e = Object.create(known?.prototype ?? Error.prototype) as Error;
  return Object.assign(e, { name: wire.name, message: wire.message, code: wire.code });
}
