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
export type InputOf<J> = J extends Job<string, infer In, never, unknown, unknown, never> ? In : J extends Run<infer R, unknown, never> ? R : never;
export type ResponseOf<J> = J extends Job<string, never, never, unknown, infer Out, never> ? Out : never;
export type ResourcesOf<J> = J extends Run<never, unknown, infer R> ? R : never;
export type NameOf<J> = J extends { readonly name: infer N extends string } ? N : string;
