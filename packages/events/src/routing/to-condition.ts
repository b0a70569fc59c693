import { OptionError } from "@job-orch/core";
import { safeString } from "@job-orch/core/substrate";
import type { Condition } from "./condition.ts";
import type { Scalar } from "./predicate.ts";
import { asKey } from "./to-test.ts";

const MOST_LEVELS = 32;
const MOST_PARTS = 1_024;
const MOST_VALUES = 10_000;
const MOST_CHARACTERS = 4_096;
const MOST_KEYS = 16;

/**
 * Checks a predicate, also one that came over a wire, and copies it.
 *
 * Errors: `ERR_OPTION` with the place in it, such as `and[2].value`.
 */
export function toCondition(predicate: unknown): Condition {
  return new Reading().read(predicate, "", 1);
}

class Reading {
  #parts = 0;

  read(value: unknown, at: string, level: number): Condition {
    if (level > MOST_LEVELS) throw wrong(at, `is nested deeper than ${MOST_LEVELS} levels`);
    if (++this.#parts > MOST_PARTS) throw wrong(at, `is one part too many: a predicate has at most ${MOST_PARTS}`);
    if (typeof value !== "object" || value === null) throw wrong(at, `is ${safeString(value).slice(0, 40)}; it takes a predicate`);
    const given = value as Readonly<Record<string, unknown>>;
    if (given["and"] !== undefined) return { kind: "and", parts: this.#list(given["and"], `${at}and`, level) };
    if (given["or"] !== undefined) return { kind: "or", parts: this.#list(given["or"], `${at}or`, level) };
    if (given["not"] !== undefined) return { kind: "not", part: this.read(given["not"], `${at}not.`, level + 1) };
    return comparison(given, at);
  }

  #list(value: unknown, at: string, level: number): readonly Condition[] {
    if (!Array.isArray(value)) throw wrong(at, "takes a list of predicates");
    if (value.length > MOST_PARTS) throw wrong(at, `has ${value.length} parts; a predicate has at most ${MOST_PARTS}`);
    return Array.from(value, (part, index) => this.read(part, `${at}[${index}].`, level + 1));
  }
}

function comparison(given: Readonly<Record<string, unknown>>, at: string): Condition {
  const field = toField(given["field"], at);
  const { op, value } = given;
  switch (op) {
    case "eq":
      return { kind: "among", field, values: [toScalar(value, `${at}value`)] };
    case "ne":
      return { kind: "not", part: { kind: "among", field, values: [toScalar(value, `${at}value`)] } };
    case "in":
      return { kind: "among", field, values: toScalars(given["values"], `${at}values`) };
    case "exists":
      return { kind: "exists", field };
    case "lt":
    case "lte":
      return {
        kind: "between",
        field,
        min: Number.NEGATIVE_INFINITY,
        max: toNumber(value, `${at}value`),
        open: op === "lt" ? "max" : undefined,
      };
    case "gt":
    case "gte":
      return {
        kind: "between",
        field,
        min: toNumber(value, `${at}value`),
        max: Number.POSITIVE_INFINITY,
        open: op === "gt" ? "min" : undefined,
      };
    case "range":
      return { kind: "between", field, min: toNumber(given["min"], `${at}min`), max: toNumber(given["max"], `${at}max`), open: undefined };
    case "prefix":
    case "suffix":
    case "contains":
      return { kind: op, field, text: toText(value, `${at}value`) };
    default:
      throw wrong(
        `${at}op`,
        `is ${safeString(op).slice(0, 40)}; it takes eq, ne, in, exists, lt, lte, gt, gte, range, prefix, suffix or contains`,
      );
  }
}

function toField(value: unknown, at: string): string {
  const field = toText(value, `${at}field`);
  const keys = field.split(".");
  if (keys.length > MOST_KEYS || keys.some((key) => key === "" || key === "__proto__")) {
    throw wrong(`${at}field`, `is "${field.slice(0, 40)}"; it takes 1 to ${MOST_KEYS} names joined by dots`);
  }
  return field;
}

function toScalars(value: unknown, at: string): readonly Scalar[] {
  if (!Array.isArray(value) || value.length > MOST_VALUES) throw wrong(at, `takes a list of at most ${MOST_VALUES} values`);
  return [...new Set(Array.from(value, (one, index) => toScalar(one, `${at}[${index}]`)))];
}

function toScalar(value: unknown, at: string): Scalar {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return toNumber(value, at);
  if (typeof value === "string") return shared(toText(value, at));
  throw wrong(at, `is ${safeString(value).slice(0, 40)}; it takes a text, a number, true, false or null`);
}

function toNumber(value: unknown, at: string): number {
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw wrong(at, `is ${safeString(value).slice(0, 40)}; it takes a number`);
}

function toText(value: unknown, at: string): string {
  if (typeof value === "string" && value.length <= MOST_CHARACTERS) return value;
  throw wrong(at, `takes a text of at most ${MOST_CHARACTERS} characters`);
}

function wrong(at: string, why: string): OptionError {
  return new OptionError(`The predicate${at === "" ? "" : ` at "${at.replace(/\.$/, "")}"`} ${why}`);
}

/** Rules that name the same short text hold the same copy of it: it is in the processor's cache when the next one is asked. */
function shared(text: string): string {
  return text.length <= 64 ? asKey(text) : text;
}
