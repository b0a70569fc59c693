/**
 * Why a value does not fit where it is to go, in words: for the messages of the compiler. Computed only when it does not.
 */
export type Unfit<Has, Wants> = [Has, Wants] extends [readonly (infer Item)[], readonly (infer Wanted)[]]
  ? `item by item, ${Unfit<Item, Wanted>}`
  : [Has, Wants] extends [object, object]
    ? FieldsUnfit<Joined<Lacking<Has, Wants>>, Joined<Differing<Has, Wants>>>
    : KindsUnfit<Joined<Kind<Has>>, Joined<Kind<Wants>>>;

type FieldsUnfit<Lacks extends string, Differs extends string> = [Lacks, Differs] extends ["", ""]
  ? "the response does not fit the request"
  : Differs extends ""
    ? `the response lacks ${Lacks}`
    : Lacks extends ""
      ? `the response has another type in ${Differs}`
      : `the response lacks ${Lacks} and has another type in ${Differs}`;

type KindsUnfit<Has extends string, Wants extends string> = Has extends Wants
  ? "the response does not fit the request"
  : `the response is ${Has}, but the request is ${Wants}`;

/** Fields that are wanted and not there at all. */
type Lacking<Has, Wants> = {
  [Field in keyof Wants & string]-?: Field extends keyof Has ? never : undefined extends Wants[Field] ? never : `'${Field}'`;
}[keyof Wants & string];

/** Fields that are there, with something else in them. */
type Differing<Has, Wants> = {
  [Field in keyof Wants & keyof Has & string]-?: [Has[Field]] extends [Wants[Field]] ? never : `'${Field}'`;
}[keyof Wants & keyof Has & string];

type Kind<Value> = unknown extends Value
  ? "unknown"
  : Value extends string
    ? "a string"
    : Value extends number
      ? "a number"
      : Value extends boolean
        ? "a boolean"
        : Value extends bigint
          ? "a bigint"
          : Value extends null
            ? "null"
            : Value extends undefined
              ? "undefined"
              : Value extends readonly unknown[]
                ? "a list"
                : Value extends (...given: never[]) => unknown
                  ? "a function"
                  : Value extends object
                    ? "an object"
                    : "something else";

/** The members of a union of texts as one text: a message per member would say everything as often. */
export type Joined<Texts extends string> = [Texts] extends [never]
  ? ""
  : OneOf<Texts> extends infer One extends string
    ? [Exclude<Texts, One>] extends [never]
      ? One
      : `${Joined<Exclude<Texts, One>>}, ${One}`
    : never;

/** Some member of a union: of overloads, the last is inferred. */
type OneOf<Union> = (Union extends unknown ? (member: () => Union) => void : never) extends (member: infer Members) => void
  ? Members extends () => infer One
    ? One
    : never
  : never;
