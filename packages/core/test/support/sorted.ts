/** The same values in order, for comparing what comes in any. */
export function sorted<Value extends string | number | boolean>(values: Iterable<Value>): readonly Value[] {
  return [...values].toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0));
}
