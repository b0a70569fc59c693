import type { Processor } from "../contracts/processor.ts";
import type { Flow } from "./operator.ts";

/** A processor or a pipeline, whatever its types: they are read off it. */
export type AnyStage = Processor<never, unknown, never>;

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

/** How a part is called in messages. */
export type NameOfPart<Part> = Part extends { readonly operator: infer Name extends string }
  ? Name
  : Part extends { readonly name: infer Name extends string }
    ? Name
    : string;

/** Whether a part may answer none or several times per request. */
export type IsMany<Part> = Part extends { readonly many: infer Many } ? Many : Part extends { readonly answers: "many" } ? true : false;

/** The fields of what is wanted that what is there lacks or has otherwise. */
type Unfit<Has, Wants> = Wants extends object
  ? {
      [Field in keyof Wants]-?: Field extends keyof Has
        ? [Has[Field]] extends [Wants[Field]]
          ? never
          : Field
        : undefined extends Wants[Field]
          ? never
          : Field;
    }[keyof Wants] &
      string
  : never;

type Hint<Fields extends string> = [Fields] extends [never] ? "" : ` (check ${Fields})`;

/** `Next` when it takes what `Previous` gives, else a sentence that says why it does not. */
export type Accepts<Previous, Next> = [OutOf<Previous>] extends [InOf<Next>]
  ? Next
  : `cannot pipe '${NameOfPart<Previous>}' into '${NameOfPart<Next>}': the response does not fit the request${Hint<Unfit<OutOf<Previous>, InOf<Next>>>}`;
