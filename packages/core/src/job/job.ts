import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { GetCache } from "../contracts/get-cache.ts";
import type { Run } from "../contracts/run.ts";
import type { ErrorClass } from "../errors/wire-error-codec.ts";

declare const ends: unique symbol;

/** A job: its name, how it runs, and what may go in and come out. */
export interface Job<Name extends string, In, Request, Response, Out, Resources> extends Run<Request, Response, Resources> {
  readonly name: Name;
  readonly version?: string | number | undefined;
  readonly request?: StandardSchemaV1<In, Request> | undefined;
  readonly response?: StandardSchemaV1<Response, Out> | undefined;
  readonly errors?: readonly ErrorClass[] | undefined;
  readonly getCache?: GetCache<Request, Response, Resources>["getCache"] | undefined;
  readonly [ends]?: { readonly input: (value: In) => void; readonly output: () => Out };
}
export interface AnyJob {
  readonly name: string;
  readonly version?: string | number | undefined;
  readonly request?: StandardSchemaV1 | undefined;
  readonly response?: StandardSchemaV1 | undefined;
  readonly errors?: readonly ErrorClass[] | undefined;
  readonly run: (request: never, resources: never, context: never) => unknown;
  readonly getCache?: ((request: never, resources: never, context: never) => unknown) | undefined;
}

/** What senders of a job give. */
export type InputOf<J> = J extends { readonly [ends]?: infer Ends }
  ? typeof ends extends keyof J
    ? NonNullable<Ends> extends { readonly input: (value: infer In) => void }
      ? In
      : never
    : RunRequest<J>
  : RunRequest<J>;

/** What a job's `run` is given. */
export type RequestOf<J> = RunRequest<J>;

/** What receivers of a job get. */
export type ResponseOf<J> = typeof ends extends keyof J
  ? J extends { readonly [ends]?: infer Ends }
    ? NonNullable<Ends> extends { readonly output: () => infer Out }
      ? Out
      : never
    : never
  : J extends Run<never, infer Response, never>
    ? Response
    : never;

type RunRequest<J> = J extends Run<infer Request, unknown, never> ? Request : never;

/** What a job borrows while it works. */
export type ResourcesOf<J> = J extends Run<never, unknown, infer Resources> ? Resources : never;

export type NameOf<J> = J extends { readonly name: infer Name extends string } ? Name : string;
