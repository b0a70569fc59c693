import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Awaitable } from "../contracts/awaitable.ts";
import type { RunContext } from "../contracts/run-context.ts";
import { OptionError } from "../errors/errors.ts";
import type { ErrorClass } from "../errors/wire-error-codec.ts";
import type { Job } from "./job.ts";

type SchemaIn<Schema, Otherwise> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferInput<Schema> : Otherwise;
type SchemaOut<Schema, Otherwise> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Schema> : Otherwise;

/** What `defineJob` takes. */
export interface JobDefinition<Name extends string, RequestSchema, ResponseSchema, Returned, Resources> {
  /** Names the job's channels. Range: 1 to 100 letters, digits, `_`, `.` and `-`. */
  readonly name: Name;
  readonly request: RequestSchema;
  readonly response?: ResponseSchema;
  /** Classes that callers get back as such, instead of as a `RemoteError`. */
  readonly errors?: readonly ErrorClass[];
  /** Requests sent for another version become dead letters instead of being misread. */
  readonly version?: string | number;
  readonly run: (request: SchemaOut<RequestSchema, unknown>, resources: Resources, context: RunContext) => Awaitable<Returned>;
  readonly getCache?: (
    request: SchemaOut<RequestSchema, unknown>,
    resources: Resources,
    context: RunContext,
  ) => Awaitable<{ readonly response: Returned } | undefined>;
}

/**
 * Defines a job by its schemas, of any library that speaks Standard Schema.
 *
 * Shape:  senders see the request schema's input type, `run` its output; `run` returns the response schema's input type,
 *         receivers see its output.
 * Errors: `ERR_OPTION` when the name does not fit.
 *
 * @example
 * const square = defineJob({ name: "square", request: z.number(), response: z.number(), run: (n) => n * n });
 */
export function defineJob<
  const Name extends string,
  RequestSchema extends StandardSchemaV1,
  ResponseSchema extends StandardSchemaV1 | undefined = undefined,
  Returned extends SchemaIn<ResponseSchema, unknown> = SchemaIn<ResponseSchema, unknown>,
  Resources = void,
>(
  definition: JobDefinition<Name, RequestSchema, ResponseSchema, Returned, Resources>,
): Job<Name, SchemaIn<RequestSchema, never>, SchemaOut<RequestSchema, unknown>, Returned, SchemaOut<ResponseSchema, Returned>, Resources> {
  return checkedJob(definition) as never;
}

/** What `job` takes: no schemas, the types are given. */
export interface PlainJobDefinition<Name extends string, Request, Response, Resources> {
  readonly name: Name;
  readonly errors?: readonly ErrorClass[];
  readonly version?: string | number;
  readonly run: (request: Request, resources: Resources, context: RunContext) => Awaitable<Response>;
  readonly getCache?: (request: Request, resources: Resources, context: RunContext) => Awaitable<{ readonly response: Response } | undefined>;
}

/**
 * Defines a job by TypeScript types alone. Nothing is checked at run time: keep it to senders that you compile together.
 *
 * @example
 * const square = job<number, number>()({ name: "square", run: (n) => n * n });
 */
export function job<Request, Response, Resources = void>(): <const Name extends string>(
  definition: PlainJobDefinition<Name, Request, Response, Resources>,
) => Job<Name, Request, Request, Response, Response, Resources> {
  return (definition) => checkedJob(definition) as never;
}

function checkedJob<Definition extends { readonly name: string; readonly run: unknown }>(definition: Definition): Definition {
  if (typeof definition.name !== "string" || !/^[A-Za-z0-9_.-]{1,100}$/.test(definition.name)) {
    throw new OptionError(`A job's name takes 1 to 100 letters, digits, "_", "." and "-", but it is ${JSON.stringify(definition.name)}`);
  }
  if (typeof definition.run !== "function") throw new OptionError(`The job "${definition.name}" has no run function`);
  return definition;
}
