/** What a predicate means, said as plainly as possible: walks it for every event. */
export function naive(predicate: unknown, event: unknown): boolean {
  const given = predicate as Record<string, unknown>;
  if (given["and"] !== undefined) return (given["and"] as unknown[]).every((part) => naive(part, event));
  if (given["or"] !== undefined) return (given["or"] as unknown[]).some((part) => naive(part, event));
  if (given["not"] !== undefined) return !naive(given["not"], event);
  const found = (given["field"] as string)
    .split(".")
    .reduce<unknown>((at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined), event);
  const { op, value, values, min, max } = given as { op: string; value: never; values: unknown[]; min: number; max: number };
  const number = typeof found === "number";
  const text = typeof found === "string";
  if (op === "eq") return found === value;
  if (op === "ne") return found !== value;
  if (op === "in") return values.some((one) => one === found);
  if (op === "exists") return found !== undefined && typeof found !== "function";
  if (op === "lt") return number && found < value;
  if (op === "lte") return number && found <= value;
  if (op === "gt") return number && found > value;
  if (op === "gte") return number && found >= value;
  if (op === "range") return number && min <= found && found <= max;
  if (op === "prefix") return text && found.startsWith(value);
  if (op === "suffix") return text && found.endsWith(value);
  return text && found.includes(value);
}

/** What a pattern means: token against token. */
export function naiveSubject(pattern: readonly string[], subject: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return subject.length === 0;
  if (subject.length === 0) return false;
  if (first === ">") return true;
  return (first === "*" || first === subject[0]) && naiveSubject(rest, subject.slice(1));
}
