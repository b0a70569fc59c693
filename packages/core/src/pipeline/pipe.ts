import { OptionError } from "../errors/errors.ts";
import { safeString } from "../errors/safe-read.ts";
import type { Merged } from "./branches.ts";
import { buildPipeline } from "./build-pipeline.ts";
import type { AnyPart, AnyStage, Ready } from "./part.ts";
import type { Begun, Fits, Longer, Made } from "./tail.ts";

type First = AnyStage | Merged<unknown>;

type T1<A> = Begun<A>;
type T2<A, B> = Longer<T1<A>, B>;
type T3<A, B, C> = Longer<T2<A, B>, C>;
type T4<A, B, C, D> = Longer<T3<A, B, C>, D>;
type T5<A, B, C, D, E> = Longer<T4<A, B, C, D>, E>;
type T6<A, B, C, D, E, F> = Longer<T5<A, B, C, D, E>, F>;
type T7<A, B, C, D, E, F, G> = Longer<T6<A, B, C, D, E, F>, G>;
type T8<A, B, C, D, E, F, G, H> = Longer<T7<A, B, C, D, E, F, G>, H>;

/**
 * Chains processors: the responses of each are the requests of the next. Operators (`map`, `filter`, `flatMap`, `batch`,
 * `tap`) and forks (`route`, `fanOut`) stand between them. A part that does not fit is one compile error on it, which
 * names what comes to it and the fields that differ. For more than eight parts go on with `.pipe(…)`.
 *
 * @example
 * const thumbnails = pipe(fetch, map((page: Page) => ({ url: page.image, width: 200 })), resize);
 * const { bytes } = await thumbnails.call({ url: "https://example.org" });
 */
export function pipe<const A extends First>(a: Ready<A>): Made<T1<A>>;
export function pipe<const A extends First, const B extends AnyPart>(a: Ready<A>, b: Fits<T1<A>, B>): Made<T2<A, B>>;
export function pipe<const A extends First, const B extends AnyPart, const C extends AnyPart>(
  a: Ready<A>,
  b: Fits<T1<A>, B>,
  c: Fits<T2<A, B>, C>,
): Made<T3<A, B, C>>;
export function pipe<const A extends First, const B extends AnyPart, const C extends AnyPart, const D extends AnyPart>(
  a: Ready<A>,
  b: Fits<T1<A>, B>,
  c: Fits<T2<A, B>, C>,
  d: Fits<T3<A, B, C>, D>,
): Made<T4<A, B, C, D>>;
export function pipe<
  const A extends First,
  const B extends AnyPart,
  const C extends AnyPart,
  const D extends AnyPart,
  const E extends AnyPart,
>(a: Ready<A>, b: Fits<T1<A>, B>, c: Fits<T2<A, B>, C>, d: Fits<T3<A, B, C>, D>, e: Fits<T4<A, B, C, D>, E>): Made<T5<A, B, C, D, E>>;
export function pipe<
  const A extends First,
  const B extends AnyPart,
  const C extends AnyPart,
  const D extends AnyPart,
  const E extends AnyPart,
  const F extends AnyPart,
>(
  a: Ready<A>,
  b: Fits<T1<A>, B>,
  c: Fits<T2<A, B>, C>,
  d: Fits<T3<A, B, C>, D>,
  e: Fits<T4<A, B, C, D>, E>,
  f: Fits<T5<A, B, C, D, E>, F>,
): Made<T6<A, B, C, D, E, F>>;
export function pipe<
  const A extends First,
  const B extends AnyPart,
  const C extends AnyPart,
  const D extends AnyPart,
  const E extends AnyPart,
  const F extends AnyPart,
  const G extends AnyPart,
>(
  a: Ready<A>,
  b: Fits<T1<A>, B>,
  c: Fits<T2<A, B>, C>,
  d: Fits<T3<A, B, C>, D>,
  e: Fits<T4<A, B, C, D>, E>,
  f: Fits<T5<A, B, C, D, E>, F>,
  g: Fits<T6<A, B, C, D, E, F>, G>,
): Made<T7<A, B, C, D, E, F, G>>;
export function pipe<
  const A extends First,
  const B extends AnyPart,
  const C extends AnyPart,
  const D extends AnyPart,
  const E extends AnyPart,
  const F extends AnyPart,
  const G extends AnyPart,
  const H extends AnyPart,
>(
  a: Ready<A>,
  b: Fits<T1<A>, B>,
  c: Fits<T2<A, B>, C>,
  d: Fits<T3<A, B, C>, D>,
  e: Fits<T4<A, B, C, D>, E>,
  f: Fits<T5<A, B, C, D, E>, F>,
  g: Fits<T6<A, B, C, D, E, F>, G>,
  h: Fits<T7<A, B, C, D, E, F, G>, H>,
): Made<T8<A, B, C, D, E, F, G, H>>;
export function pipe(...parts: readonly unknown[]): unknown {
  for (const part of parts) {
    if (typeof part !== "object" || part === null)
      throw new OptionError(`pipe(…) takes processors, operators and forks, not ${safeString(part).slice(0, 40)}`);
  }
  return buildPipeline(parts as readonly AnyPart[]);
}
