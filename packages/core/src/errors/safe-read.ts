/** A property of anything at all; `undefined` when there is none or when reading it throws. */
export function safeRead(from: unknown, key: PropertyKey): unknown {
  if ((typeof from !== "object" && typeof from !== "function") || from === null) return undefined;
  try {
    return Reflect.get(from, key);
  } catch {
    return undefined;
  }
}

/** The same, when it is a string that says something. */
export function safeText(from: unknown, key: PropertyKey): string | undefined {
  const text = safeRead(from, key);
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** Anything as text, also what cannot be turned into it. */
export function safeString(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "something that cannot be shown";
  }
}
