import type { StandardSchemaV1 } from "@standard-schema/spec";
import { ValidationError } from "../errors/errors.ts";
export type AnySchema = StandardSchemaV1;
export function validate(schema: AnySchema, value: unknown, what: string): unknown {
  const r = schema["~standard"].validate(value);
  const f = (x: StandardSchemaV1.Result<unknown>) => { if (x.issues) throw new ValidationError(what, x.issues.map((i) => ({ path: (i.path ?? []).map(String).join("."), message: i.message }))); return x.value; };
  return r instanceof Promise ? r.then(f) : f(r);
}
