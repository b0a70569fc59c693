import type { Condition } from "./condition.ts";
import type { Scalar } from "./predicate.ts";

/** What is known to be an object. */
export type Fields = Readonly<Record<string, unknown>>;
export type Test = (event: Fields) => boolean;

/** From here on a set finds a value sooner than a walk through the list. */
const FEW_VALUES = 8;

/** What tells whether an event meets a condition: closures made once, nothing is looked up by name of an operator again. */
export function toTest(condition: Condition): Test {
  switch (condition.kind) {
    case "and":
      return every(condition.parts.map(toTest));
    case "or":
      return some(condition.parts.map(toTest));
    case "not": {
      const test = toTest(condition.part);
      return (event) => !test(event);
    }
    case "among":
      return among(toReader(condition.field), condition.values);
    case "exists": {
      const read = toReader(condition.field);
      return (event) => isThere(read(event));
    }
    case "between": {
      const read = toReader(condition.field);
      const { min, max, open } = condition;
      const end = open === "min" ? min : open === "max" ? max : Number.NaN; // is equal to nothing
      return (event) => {
        const value = read(event);
        return typeof value === "number" && value >= min && value <= max && value !== end;
      };
    }
    case "prefix":
    case "suffix":
    case "contains":
      return textTest(condition.kind, toReader(condition.field), condition.text);
  }
}

/** All of them, in their order. */
export function every(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (tests.length === 2) return (event) => first(event) && second(event);
  return (event) => {
    for (const test of tests) if (!test(event)) return false;
    return true;
  };
}

function some(tests: readonly Test[]): Test {
  return (event) => {
    for (const test of tests) if (test(event)) return true;
    return false;
  };
}

function among(read: Reader, values: readonly Scalar[]): Test {
  const [only] = values;
  if (values.length === 1) return (event) => read(event) === only;
  if (values.length <= FEW_VALUES) return (event) => values.includes(read(event) as Scalar);
  const set: ReadonlySet<unknown> = new Set(values);
  return (event) => set.has(read(event));
}

function textTest(kind: "prefix" | "suffix" | "contains", read: Reader, text: string): Test {
  const holds = kind === "prefix" ? startsWith : kind === "suffix" ? endsWith : contains;
  return (event) => {
    const value = read(event);
    return typeof value === "string" && holds(value, text);
  };
}

const startsWith = (value: string, text: string): boolean => value.startsWith(text);
const endsWith = (value: string, text: string): boolean => value.endsWith(text);
const contains = (value: string, text: string): boolean => value.includes(text);

/** Methods that an object inherits are not its fields. */
function isThere(value: unknown): boolean {
  return value !== undefined && typeof value !== "function";
}

export type Reader = (event: Fields) => unknown;

/** Reads a field by its path; `undefined` where the path ends early. */
export function toReader(path: string): Reader {
  const [first = "", ...rest] = path.split(".").map(asKey);
  if (rest.length === 0) return (event) => event[first];
  return (event) => {
    let value: unknown = event[first];
    for (const key of rest) {
      if (typeof value !== "object" || value === null) return undefined;
      value = (value as Fields)[key];
    }
    return value;
  };
}

/** The same text as engines keep names of properties: looking one up by any other copy of it costs several times as much. */
export function asKey(name: string): string {
  return Object.keys({ [name]: 0 })[0] ?? name;
}
