/** A longer or shorter copy of an array of numbers. */
export function resized<Numbers extends Int32Array | Uint32Array | Float64Array>(numbers: Numbers, length: number): Numbers {
  const made = new (numbers.constructor as new (length: number) => Numbers)(length);
  made.set(numbers.length <= length ? numbers : numbers.subarray(0, length));
  return made;
}

/** An array of references with all its places made at once: growing by pushes would reserve half as much again. */
export function resizedSlots<Value>(values: readonly Value[], length: number): (Value | undefined)[] {
  const made = new Array<Value | undefined>(length);
  const kept = Math.min(values.length, length);
  for (let slot = 0; slot < kept; slot++) made[slot] = values[slot];
  for (let slot = kept; slot < length; slot++) made[slot] = undefined;
  return made;
}
