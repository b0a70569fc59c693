import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Awaitable } from "../contracts/awaitable.ts";
import type { RunContext } from "../contracts/run-context.ts";
import type { ErrorClass } from "../errors/wire-error-codec.ts";
import { checkJob } from "./check-job.ts";
import type { Job } from "./job.ts";

type SchemaIn<Schema, Otherwise> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferInput<Schema> : Otherwise;
type SchemaOut<Schema, Otherwise> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Schema> : Otherwise;

/** What `defineJob` takes. */
export interface JobDefinition<Name extends string, RequestSchema, ResponseSchema, Request, Returned, Resources> {
  /** Names the job's channels. Range: 1 to 100 letters, digits, `_`, `.` and `-`. */
  readonly name: Name;
  /** Checked at `send`, and again before `run`. */
  readonly request?: RequestSchema;
  /** Checked when the response leaves. */
  readonly response?: ResponseSchema;
  /** Classes that callers get back as such, instead of as a `RemoteError`. */
  readonly errors?: readonly ErrorClass[];
  /** Requests sent for another version become dead letters instead of being misread. */
  readonly version?: string | number;
  readonly run: (request: SchemaOut<RequestSchema, Request>, resources: Resources, context: RunContext) => Awaitable<Returned>;
  readonly getCache?: (
    request: SchemaOut<RequestSchema, Request>,
    resources: Resources,
    context: RunContext,
  ) => Awaitable<{ readonly response: NoInfer<Returned> } | undefined>;
}

/**
 * Defines a job, by schemas of any library that speaks Standard Schema or by its function's types.
 *
 * Shape:  senders see the request schema's input type, `run` its output; `run` returns the response schema's input type,
 *         receivers see its output. Without a schema it is what `run` takes or returns, and nothing is checked at run time.
 * Errors: `ERR_OPTION` when something is missing or the name does not fit.
 *
 * @example
 * const square = defineJob({ name: "square", request: z.number(), response: z.number(), run: (n) => n * n });
 */
export function defineJob<
  const Name extends string,
  RequestSchema extends StandardSchemaV1 | undefined = undefined,
  ResponseSchema extends StandardSchemaV1 | undefined = undefined,
  Request = unknown,
  Returned extends SchemaIn<ResponseSchema, unknown> = SchemaIn<ResponseSchema, unknown>,
  Resources = void,
>(
  definition: JobDefinition<Name, RequestSchema, ResponseSchema, Request, Returned, Resources>,
): Job<
  Name,
  SchemaIn<RequestSchema, Request>,
  SchemaOut<RequestSchema, Request>,
  Returned,
  SchemaOut<ResponseSchema, Returned>,
  Resources
> {
  checkJob(definition);
  return definition as never; // its schemas say the same types in another way
}

/** What `job` takes: no schemas, the types are given. */
export type PlainJobDefinition<Name extends string, Request, Response, Resources> = Omit<
  JobDefinition<Name, undefined, undefined, Request, Response, Resources>,
  "request" | "response"
>;

/**
 * Defines a job by TypeScript types alone. Nothing is checked at run time: keep it to senders that you compile together.
 *
 * @example
 * const square = job<number, number>()({ name: "square", run: (n) => n * n });
 */
export function job<Request, Response, Resources = void>(): <const Name extends string>(
  definition: PlainJobDefinition<Name, Request, Response, Resources>,
) => Job<Name, Request, Request, Response, Response, Resources> {
  return (definition) => {
    checkJob(definition);
    return definition as never;
  };
}
