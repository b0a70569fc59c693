import type { Processor } from "../contracts/processor.ts";
import type { Flow } from "./operator.ts";
import type { Joined, Unfit } from "./unfit.ts";

/** A processor or a pipeline, whatever its types: they are read off it. */
export type AnyStage = Processor<never, unknown, never>;

/** A stage whose resources are known, so that a pipeline can run it. */
export type ReadyStage = Processor<never, unknown, void>;

/** A step between stages, or a fork into several. */
export interface AnyStep extends Flow<never, unknown> {
  readonly operator: string;
  readonly many: boolean;
}

/** Whatever can stand in a pipeline. */
export type AnyPart = AnyStage | AnyStep;

/** What goes into a part. */
export type InOf<Part> = Part extends Processor<infer In, unknown, never> ? In : Part extends Flow<infer In, unknown> ? In : never;

/** What comes out of a part. */
export type OutOf<Part> = Part extends Processor<never, infer Out, never> ? Out : Part extends Flow<never, infer Out> ? Out : never;

/** What comes out of a part when this goes in: some steps pass on what they get. */
export type After<Has, Part> = Part extends { readonly operator: "batch" }
  ? readonly Has[]
  : Part extends { readonly operator: "tap" | "filter" }
    ? [InOf<Part>] extends [OutOf<Part>]
      ? Has
      : OutOf<Part>
    : OutOf<Part>;

/** How a part is called in messages. */
export type NameOfPart<Part> = Part extends { readonly operator: infer Name extends string }
  ? Name
  : Part extends { readonly name: infer Name extends string }
    ? Name
    : string;

/** Whether a part may answer none or several times per request. */
export type IsMany<Part> = Part extends { readonly many: infer Many } ? Many : Part extends { readonly answers: "many" } ? true : false;

declare const branches: unique symbol;

/** Where a fork leads, for messages. */
export interface Leads<Table> {
  readonly [branches]?: Table;
}

/** Where a router leads: by the values of a field. */
export interface ByTag<Field extends string, Table> {
  readonly field: Field;
  readonly table: Table;
}

/** A stage that can be run as it is, else a sentence. */
export type Ready<Part> = Part extends AnyStage
  ? Part extends ReadyStage
    ? Part
    : `'${NameOfPart<Part>}' needs resources: give them to processor(…)`
  : Part;

/** `Next` when it takes what comes to it, else a sentence that says why it does not. `Before` says what it comes from. */
export type Accepts<Before extends string, Has, Next> = [Has] extends [InOf<Next>]
  ? Ready<Next>
  : `cannot pipe '${Before}' into '${NameOfPart<Next>}': ${Why<Has, Next>}`;

type Why<Has, Next> = Next extends { readonly operator: "route" | "fanOut" }
  ? Next extends Leads<infer Table>
    ? Table extends ByTag<infer Field, infer Stages>
      ? RouteUnfit<Has, Field, Stages>
      : Joined<StagesUnfit<Has, Table>>
    : never
  : Unfit<Has, InOf<Next>>;

type RouteUnfit<Has, Field extends string, Stages> = [Has] extends [Readonly<Record<Field, infer Tag>>]
  ? [Exclude<Tag, keyof Stages>] extends [never]
    ? Joined<{ [When in keyof Stages & string]: StageUnfit<Tagged<Has, Field, When>, Stages[When], When> }[keyof Stages & string]>
    : `there is no route for ${Joined<`'${Exclude<Tag, keyof Stages> & string}'`>}`
  : `the response has no '${Field}'`;

/** The members of a union that a route takes. */
type Tagged<Has, Field extends string, When extends string> =
  Has extends Readonly<Record<Field, infer Tag>> ? (When extends Tag ? Has & Readonly<Record<Field, When>> : never) : never;

type StagesUnfit<Has, Stages> = { [At in keyof Stages]: StageUnfit<Has, Stages[At], NameOfPart<Stages[At]>> }[keyof Stages & `${number}`];

type StageUnfit<Has, Stage, As extends string> = [Has] extends [InOf<Stage>] ? never : `at '${As}' ${Unfit<Has, InOf<Stage>>}`;
