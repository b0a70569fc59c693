import type { StandardSchemaV1 } from "@standard-schema/spec";
import { formatPath } from "../codec/format-path.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import { ValidationError } from "../errors/errors.ts";

/** A schema of any library that speaks Standard Schema: zod, valibot, arktype, … Source: https://standardschema.dev */
export type AnySchema = StandardSchemaV1;

/** More are of no use to a reader, and a hostile value could have millions. */
const MOST_ISSUES = 32;

/**
 * What the schema makes of a value: at once when the schema answers at once, else a promise.
 *
 * Errors: `ERR_VALIDATION` with the path of every issue, such as `a.b[0]`.
 */
export function validate<Schema extends AnySchema>(
  schema: Schema,
  value: unknown,
  what: string,
): Awaitable<StandardSchemaV1.InferOutput<Schema>> {
  const result = schema["~standard"].validate(value);
  return "then" in result ? result.then((settled) => outputOf<Schema>(settled, what)) : outputOf<Schema>(result, what);
}

function outputOf<Schema extends AnySchema>(result: StandardSchemaV1.Result<unknown>, what: string): StandardSchemaV1.InferOutput<Schema> {
  if (result.issues !== undefined) throw new ValidationError(what, result.issues.slice(0, MOST_ISSUES).map(toIssue));
  return result.value as StandardSchemaV1.InferOutput<Schema>;
}

function toIssue({ path = [], message }: StandardSchemaV1.Issue): { readonly path: string; readonly message: string } {
  return { path: formatPath(path.map((segment) => (typeof segment === "object" ? segment.key : segment))), message };
}
