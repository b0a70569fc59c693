/** What JSON carries unchanged, by its type: `true`, or why not. */
export type JsonSafe<Value> = [Unsafe<Value>] extends [never] ? true : false;

/** The parts of a type that JSON would drop or alter. `unknown` is not looked into: values are checked as they cross. */
type Unsafe<Value> = unknown extends Value
  ? never
  : Value extends string | number | boolean | null
    ? never
    : Value extends undefined | bigint | symbol | Function | Date | Map<unknown, unknown> | Set<unknown> | ArrayBufferLike | ArrayBufferView
      ? Value
      : Value extends readonly (infer Element)[]
        ? Unsafe<Element>
        : Value extends object
          ? { [Key in keyof Value]-?: Unsafe<Exclude<Value[Key], undefined>> }[keyof Value]
          : never;
