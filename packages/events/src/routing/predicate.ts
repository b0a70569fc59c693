/** What a predicate may compare a field with. */
export type Scalar = string | number | boolean | null;

type Deeper = readonly [never, 0, 1, 2, 3];

/**
 * The fields of an event that hold something comparable, nested ones joined by dots to a depth of four: `"customer.country"`.
 * Of a union, those of any member.
 */
export type FieldOf<Event, Depth extends number = 4> = [Depth] extends [never]
  ? never
  : Event extends object
    ? { [Key in keyof Event & string]: FieldsAt<Key, NonNullable<Event[Key]>, Deeper[Depth]> }[keyof Event & string]
    : never;

type FieldsAt<Key extends string, Value, Depth extends number> = Value extends Scalar
  ? Key
  : Value extends readonly unknown[]
    ? never
    : Value extends object
      ? `${Key}.${FieldOf<Value, Depth>}`
      : never;

/** What is in a field. */
export type ValueAt<Event, Field extends string> = Event extends object
  ? Field extends keyof Event
    ? Extract<Event[Field], Scalar>
    : Field extends `${infer Key}.${infer Rest}`
      ? Key extends keyof Event
        ? ValueAt<NonNullable<Event[Key]>, Rest>
        : never
      : never
  : never;

type Comparison<Field extends string, Value extends Scalar> =
  | { readonly field: Field; readonly op: "eq" | "ne"; readonly value: Value }
  | { readonly field: Field; readonly op: "in"; readonly values: readonly Value[] }
  | { readonly field: Field; readonly op: "exists" }
  | (Extract<Value, number> extends never ? never : OrderComparison<Field>)
  | (Extract<Value, string> extends never ? never : TextComparison<Field>);

interface OrderComparisonOf<Field extends string> {
  readonly field: Field;
  readonly op: "lt" | "lte" | "gt" | "gte";
  readonly value: number;
}
/** `min` ≤ field ≤ `max`. */
interface RangeOf<Field extends string> {
  readonly field: Field;
  readonly op: "range";
  readonly min: number;
  readonly max: number;
}
type OrderComparison<Field extends string> = OrderComparisonOf<Field> | RangeOf<Field>;

interface TextComparison<Field extends string> {
  readonly field: Field;
  readonly op: "prefix" | "suffix" | "contains";
  readonly value: string;
}

/**
 * A condition on an event, as data: it may come from a file or a wire. Closed: no code, no patterns of the user's, so its
 * cost is bounded by its size.
 *
 * Shape: a field that is missing, or holds another type than is asked for, makes every comparison false but `ne`.
 *        `and: []` is true, `or: []` is false.
 * Range: at most 32 levels and 1,024 parts; `in` at most 10,000 values; texts at most 4,096 characters; numbers not NaN.
 *
 * @example
 * const large: Predicate<Order> = { and: [{ field: "country", op: "eq", value: "SE" }, { field: "total", op: "gte", value: 1_000 }] };
 */
export type Predicate<Event> =
  | { [Field in FieldOf<Event>]: Comparison<Field, ValueAt<Event, Field>> }[FieldOf<Event>]
  | { readonly and: readonly Predicate<Event>[] }
  | { readonly or: readonly Predicate<Event>[] }
  | { readonly not: Predicate<Event> };
