/**
 * tsd's assertions for the bare compiler. `expectError` and `expectNotAssignable` are an error here when they hold; who
 * compiles this counts them. `expectType<Expected>(value)` is rewritten to `expectType<Expected>()(value)()`: a call cannot
 * name one type argument and infer the other, and only the call after it sees the inferred one for good (while it chooses
 * the overload, the compiler has a provisional one where the value is a generic call's function).
 */
type Same<One, Other> = (<Probe>() => Probe extends One ? 1 : 2) extends <Probe>() => Probe extends Other ? 1 : 2 ? true : false;

export declare function expectType<Expected>(): <Actual>(
  value: Actual,
) => (...differs: Same<Expected, Actual> extends true ? [] : [thisIsNotTheTypeOfTheValue: Expected]) => void;
export declare function expectNotType<Unexpected>(): <Actual>(
  value: Actual,
) => (...same: Same<Unexpected, Actual> extends true ? [thisIsTheTypeOfTheValue: Unexpected] : []) => void;
export declare function expectAssignable<Target>(value: Target): void;
export declare function expectNotAssignable<Target>(value: Target): void;
export declare function expectError<Value = unknown>(value?: Value): void;
export declare function expectNever(value: never): void;
