import type { Transport } from "../transport/transport.ts";
import type { Accepts, After, AnyStep, InOf, IsMany, NameOfPart, OutOf } from "./part.ts";
import type { Answers, AnswersWith, NextName, Pipeline, TransportOf } from "./pipeline.ts";

/** What the types of a pipeline know of the parts so far. */
export interface Tail {
  readonly in: unknown;
  readonly out: unknown;
  readonly name: string;
  /** How messages call what comes to the next part: the stage, and the steps behind it. */
  readonly from: string;
  readonly answers: Answers;
  readonly transport: Transport;
}

/** A pipeline of one part. */
export interface Begun<Part> {
  readonly in: InOf<Part>;
  readonly out: OutOf<Part>;
  readonly name: NameOfPart<Part>;
  readonly from: NameOfPart<Part>;
  readonly answers: IsMany<Part> extends true ? "many" : "one";
  readonly transport: TransportOf<Part>;
}

/** The same with one more part. */
export interface Longer<Before extends Tail, Part> {
  readonly in: Before["in"];
  readonly out: After<Before["out"], Part>;
  readonly name: NextName<Before["name"], Part>;
  readonly from: Part extends AnyStep ? `${Before["from"]} → ${NameOfPart<Part>}` : NameOfPart<Part>;
  readonly answers: AnswersWith<Before["answers"], Part>;
  readonly transport: Before["transport"];
}

/** A part that may stand next, else a sentence that says why not. */
export type Fits<Before extends Tail, Part> = Accepts<Before["from"], Before["out"], Part>;

/** The pipeline; inferred once more, so that editors and messages show it and not how it came about. */
export type Made<Whole extends Tail> = Whole extends infer Known extends Tail
  ? Pipeline<Known["in"], Known["out"], Known["name"], Known["answers"], Known["transport"]>
  : never;
