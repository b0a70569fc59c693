import type { Merged } from "./branches.ts";
import { buildPipeline } from "./build-pipeline.ts";
import type { Accepts, AnyPart, AnyStage, InOf, IsMany, NameOfPart, OutOf } from "./part.ts";
import type { Answers, AnswersWith, NextName, Pipeline, TransportOf } from "./pipeline.ts";

type First = AnyStage | Merged<unknown>;

type HowOf<Part> = IsMany<Part> extends true ? "many" : "one";
type Name2<A, B> = NextName<NameOfPart<A>, B>;
type Name3<A, B, C> = NextName<Name2<A, B>, C>;
type Name4<A, B, C, D> = NextName<Name3<A, B, C>, D>;
type Name5<A, B, C, D, E> = NextName<Name4<A, B, C, D>, E>;
type Name6<A, B, C, D, E, F> = NextName<Name5<A, B, C, D, E>, F>;
type Name7<A, B, C, D, E, F, G> = NextName<Name6<A, B, C, D, E, F>, G>;
type Name8<A, B, C, D, E, F, G, H> = NextName<Name7<A, B, C, D, E, F, G>, H>;
type How2<A, B> = AnswersWith<HowOf<A>, B>;
type How3<A, B, C> = AnswersWith<How2<A, B>, C>;
type How4<A, B, C, D> = AnswersWith<How3<A, B, C>, D>;
type How5<A, B, C, D, E> = AnswersWith<How4<A, B, C, D>, E>;
type How6<A, B, C, D, E, F> = AnswersWith<How5<A, B, C, D, E>, F>;
type How7<A, B, C, D, E, F, G> = AnswersWith<How6<A, B, C, D, E, F>, G>;
type How8<A, B, C, D, E, F, G, H> = AnswersWith<How7<A, B, C, D, E, F, G>, H>;
type Made<A, Last, Name extends string, How extends Answers> = Pipeline<InOf<A>, OutOf<Last>, Name, How, TransportOf<A>>;

/**
 * Chains processors: the responses of each are the requests of the next. Operators (`map`, `filter`, `flatMap`, `batch`,
 * `tap`) and forks (`route`, `fanOut`) stand between them. A pair that does not fit is a compile error on the second,
 * which names both and the fields.
 *
 * @example
 * const thumbnails = pipe(fetch, map((page: Page) => ({ url: page.image, width: 200 })), resize);
 * const { bytes } = await thumbnails.call({ url: "https://example.org" });
 */
export function pipe<const A extends First>(a: A): Made<A, A, NameOfPart<A>, HowOf<A>>;
export function pipe<const A extends First, const B extends AnyPart>(a: A, b: Accepts<A, B>): Made<A, B, Name2<A, B>, How2<A, B>>;
export function pipe<const A extends First, const B extends AnyPart, const C extends AnyPart>(
  a: A, b: Accepts<A, B>, c: Accepts<B, C>,
): Made<A, C, Name3<A, B, C>, How3<A, B, C>>;
export function pipe<const A extends First, const B extends AnyPart, const C extends AnyPart, const D extends AnyPart>(
  a: A, b: Accepts<A, B>, c: Accepts<B, C>, d: Accepts<C, D>,
): Made<A, D, Name4<A, B, C, D>, How4<A, B, C, D>>;
export function pipe<const A extends First, const B extends AnyPart, const C extends AnyPart, const D extends AnyPart, const E extends AnyPart>(
  a: A, b: Accepts<A, B>, c: Accepts<B, C>, d: Accepts<C, D>, e: Accepts<D, E>,
): Made<A, E, Name5<A, B, C, D, E>, How5<A, B, C, D, E>>;
export function pipe<const A extends First, const B extends AnyPart, const C extends AnyPart, const D extends AnyPart, const E extends AnyPart, const F extends AnyPart>(
  a: A, b: Accepts<A, B>, c: Accepts<B, C>, d: Accepts<C, D>, e: Accepts<D, E>, f: Accepts<E, F>,
): Made<A, F, Name6<A, B, C, D, E, F>, How6<A, B, C, D, E, F>>;
export function pipe<const A extends First, const B extends AnyPart, const C extends AnyPart, const D extends AnyPart, const E extends AnyPart, const F extends AnyPart, const G extends AnyPart>(
  a: A, b: Accepts<A, B>, c: Accepts<B, C>, d: Accepts<C, D>, e: Accepts<D, E>, f: Accepts<E, F>, g: Accepts<F, G>,
): Made<A, G, Name7<A, B, C, D, E, F, G>, How7<A, B, C, D, E, F, G>>;
export function pipe<const A extends First, const B extends AnyPart, const C extends AnyPart, const D extends AnyPart, const E extends AnyPart, const F extends AnyPart, const G extends AnyPart, const H extends AnyPart>(
  a: A, b: Accepts<A, B>, c: Accepts<B, C>, d: Accepts<C, D>, e: Accepts<D, E>, f: Accepts<E, F>, g: Accepts<F, G>, h: Accepts<G, H>,
): Made<A, H, Name8<A, B, C, D, E, F, G, H>, How8<A, B, C, D, E, F, G, H>>;
export function pipe(...parts: readonly unknown[]): unknown {
  return buildPipeline(parts as readonly AnyPart[]);
}
