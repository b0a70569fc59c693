import { ProcessError } from "../errors/errors.ts";
import { checkMembers } from "../processor/check-arguments.ts";
import type { Flow } from "./operator.ts";
import type { AnyStage, AnyStep, ByTag, InOf, IsMany, Leads, OutOf, ReadyStage } from "./part.ts";

/** A fork: hands a value to one of several stages, or to all of them. What they answer flows on together. */
export interface Branches<in In, out Out, Name extends string = string, Many extends boolean = boolean> extends Flow<In, Out> {
  readonly operator: Name;
  readonly many: Many;
  readonly stages: readonly AnyStage[];
  /** Which of the stages take the value, as places in `stages`. */
  readonly choose: (value: unknown) => readonly number[];
}

export function isBranches(part: AnyStage | AnyStep): part is Branches<never, unknown> {
  return "choose" in part && "stages" in part;
}

/** One stage per value of the field that tells the union's members apart. */
type Routes = Readonly<Record<string, ReadyStage>>;

/** A fork that goes by the value of a field. */
export interface Route<Field extends string, Table extends Routes>
  extends Branches<Routed<Field, Table>, OutOf<Table[keyof Table]>, "route", RouteIsMany<Table>>, Leads<ByTag<Field, Table>> {}

/** A fork that goes everywhere. */
export interface FanOut<Stages extends readonly ReadyStage[]>
  extends Branches<InOfAll<Stages>, OutOf<Stages[number]>, "fanOut", true>, Leads<Stages> {}

/** One pipeline with many answers among the routes is enough. */
type RouteIsMany<Table extends Routes> = true extends IsMany<Table[keyof Table]> ? true : false;

/** What a router takes: for each route, the requests of its stage, tagged with the route's name. */
type Routed<Field extends string, Table extends Routes> = {
  [When in keyof Table & string]: InOf<Table[When]> & Readonly<Record<Field, When>>;
}[keyof Table & string];

/**
 * Sends each response to the stage that its tag names: `route("kind", { circle: drawCircle, square: drawSquare })`.
 * Every member of the union needs a route: a missing one does not compile, and at run time is an error of the link.
 */
export function route<const Field extends string, const Table extends Routes>(field: Field, table: Table): Route<Field, Table> {
  const names = Object.keys(table);
  const stages = Object.values<AnyStage>(table);
  const many = stages.some((stage) => "answers" in stage && stage.answers === "many");
  return {
    operator: "route",
    many: many as RouteIsMany<Table>,
    stages,
    choose: (value) => {
      const tag = (value as Readonly<Record<string, unknown>> | null)?.[field];
      const place = names.indexOf(String(tag));
      if (place >= 0) return [place];
      throw new ProcessError(`No route for "${field}" = "${String(tag)}"; there are routes for ${names.join(", ")}`, { retry: "never" });
    },
  };
}

/** What every one of the stages takes. */
type InOfAll<Stages extends readonly AnyStage[]> = (
  { [At in keyof Stages]: (value: InOf<Stages[At]>) => void }[number] extends infer Takes ? Takes : never
) extends (value: infer In) => void
  ? In
  : never;

/** Sends each response to all of the stages; each of their answers flows on. Ids are the parent's with `.0`, `.1`, … added. */
export function fanOut<const Stages extends readonly [ReadyStage, ...ReadyStage[]]>(stages: Stages): FanOut<Stages> {
  checkMembers("stages", stages, ["map"], "an array of processors");
  const every = stages.map((_, place) => place);
  return { operator: "fanOut", many: true, stages, choose: () => every };
}

/** The responses of several processors as the beginning of a pipeline: everything they answer, whoever asked. */
export interface Merged<out Out> extends Flow<never, Out> {
  readonly operator: "merge";
  readonly many: true;
  readonly sources: readonly AnyStage[];
}

/** Joins the responses of several processors or pipelines; stands first in `pipe`. Needs transports with `groups`. */
export function merge<const Sources extends readonly [AnyStage, ...AnyStage[]]>(...sources: Sources): Merged<OutOf<Sources[number]>> {
  return { operator: "merge", many: true, sources };
}

export function isMerged(part: AnyStage | AnyStep): part is Merged<unknown> {
  return "sources" in part;
}
