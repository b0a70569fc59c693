import type { Joined, Unfit } from "@job-orch/core/substrate";

/** The names of the functions among what a module exports. */
export type NamesOf<Functions> = {
  [Name in keyof Functions & string]: Functions[Name] extends (...given: never[]) => unknown ? Name : never;
}[keyof Functions & string];

/** What a function makes of an item. */
export type Made<Functions, Name> = Name extends keyof Functions
  ? Functions[Name] extends (...given: never[]) => infer Gives
    ? Awaited<Gives>
    : never
  : never;

/** What of the items stays: narrower where the function is a type guard. */
export type Kept<Functions, Item, Name> = Name extends keyof Functions
  ? Functions[Name] extends ((item: Item) => item is infer Narrow extends Item)
    ? Narrow
    : Item
  : never;

/** The name, when that function takes the items that come; else what is wrong, in words. */
export type Takes<Functions, Item, Name extends string> =
  Name extends NamesOf<Functions>
    ? Functions[Name] extends (item: infer Wants) => unknown
      ? [Item] extends [Wants]
        ? Name
        : `'${Name}' does not take what comes: ${Unfit<Item, Wants>}`
      : `'${Name}' takes more than one item`
    : NoFunction<Functions, Name>;

/** What a fold has and gives: the first parameter of its function. */
export type SumOf<Functions, Name> = Name extends keyof Functions
  ? Functions[Name] extends (sum: infer Sum, item: never) => unknown
    ? Sum
    : never
  : never;

/** The name, when that function adds an item to what it has; else what is wrong, in words. */
export type Folds<Functions, Item, Name extends string> =
  Name extends NamesOf<Functions>
    ? Functions[Name] extends (sum: infer Sum, item: infer Wants) => infer Gives
      ? [Item] extends [Wants]
        ? [Awaited<Gives>] extends [Sum]
          ? Name
          : `'${Name}' gives back something else than it takes first`
        : `'${Name}' does not take what comes: ${Unfit<Item, Wants>}`
      : `'${Name}' does not take what it has and an item`
    : NoFunction<Functions, Name>;

/** The name, when that function makes one of two; else what is wrong, in words. */
export type Combines<Functions, Sum, Name extends string> =
  Name extends NamesOf<Functions>
    ? Functions[Name] extends (one: infer One, other: infer Other) => infer Gives
      ? [[Sum], [Sum], [Awaited<Gives>]] extends [[One], [Other], [Sum]]
        ? Name
        : `'${Name}' does not make one of two of what the fold gives`
      : `'${Name}' does not take two`
    : NoFunction<Functions, Name>;

/** The array, when the items fit into it; else what is wrong, in words. */
export type Fills<Item, Target> = Target extends { readonly [index: number]: infer Element }
  ? [Item] extends [Element]
    ? Target
    : "the items are not what this array holds"
  : never;

type NoFunction<Functions, Name extends string> = [NamesOf<Functions>] extends [never]
  ? "there are no functions here"
  : `there is no function '${Name}': there are ${Joined<`'${NamesOf<Functions>}'`>}`;
