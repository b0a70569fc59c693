import { formatPath, type PathStep } from "@job-orch/core/substrate";

/** The first thing in a value that JSON would drop or change. For the sentence of an error: the value is known not to be JSON. */
export function whatJsonAlters(value: unknown): { readonly path: string; readonly what: string } {
  const steps: PathStep[] = [];
  const what = search(value, steps, new Set());
  return { path: formatPath(steps), what: what ?? "a value" };
}

/** Leaves the way to it in `steps`. */
function search(value: unknown, steps: PathStep[], seen: Set<object>): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0) ? undefined : numberName(value);
  if (value === undefined || typeof value === "bigint") return value === undefined ? "undefined" : "a bigint";
  if (typeof value !== "object" || value === null) return undefined;
  if (seen.has(value)) return "a second reference to the same object";
  seen.add(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return kindOf(value);
  const keys: readonly (string | number)[] = Array.isArray(value) ? Array.from(value, (_, index) => index) : Object.keys(value);
  for (const key of keys) {
    steps.push(key);
    const found = search((value as Readonly<Record<string | number, unknown>>)[key], steps, seen);
    if (found !== undefined) return found;
    steps.pop();
  }
  return undefined;
}

function numberName(value: number): string {
  return Object.is(value, -0) ? "−0" : String(value);
}

function kindOf(value: object): string {
  const name: unknown = (value as { readonly constructor?: { readonly name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" ? `a ${name}` : "an object without prototype";
}
