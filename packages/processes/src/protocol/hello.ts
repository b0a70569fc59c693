import { MAX_CREDIT, VERSION } from "./limits.ts";
import { type Cap, CAPS, OFFERED_CAPS } from "./ops.ts";
import { ProtocolError, VersionError } from "./protocol-error.ts";

/** What a worker says first. */
export interface Hello {
  /** The highest version of the protocol that it speaks. */
  readonly v: number;
  readonly name: string;
  /** The language, for people: `node 24.1`. */
  readonly lang: string;
  readonly jobs: readonly string[];
  /** How many requests it takes before it has answered one. */
  readonly credit: number;
  /** Those that this package knows; others are left out. */
  readonly caps: ReadonlySet<Cap>;
  readonly pid: number | undefined;
}

const MOST_JOBS = 10_000;
const MOST_CAPS = 64;
const LONGEST_TEXT = 200;

/** Checks a worker's hello. Errors: `ERR_PROTOCOL`, with the field that is wrong. */
export function readHello(value: unknown, offered: readonly Cap[]): Hello {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong("is not an object");
  const { v, name, lang = "", jobs, credit = 1, caps = [], pid } = value as Readonly<Record<string, unknown>>;
  if (v !== VERSION) throw new VersionError(short(v), VERSION);
  if (!isText(name)) throw wrong('has no "name" of 1 to 200 characters');
  if (!isText(lang) && lang !== "") throw wrong('has a "lang" that is no text of at most 200 characters');
  if (!isTexts(jobs, MOST_JOBS)) throw wrong(`has no list "jobs" of at most ${MOST_JOBS} names`);
  if (!isCredit(credit)) throw wrong(`has the "credit" ${short(credit)}; it takes a whole number from 1 to ${MAX_CREDIT}`);
  if (!isTexts(caps, MOST_CAPS)) throw wrong(`has "caps" that are no list of at most ${MOST_CAPS} names`);
  const known = CAPS.filter((cap) => caps.includes(cap));
  const unasked = known.find((cap) => OFFERED_CAPS.includes(cap) && !offered.includes(cap));
  if (unasked !== undefined) throw wrong(`has the capability "${unasked}", which the host did not offer in LJP_CAPS`);
  return { v, name, lang, jobs, credit, caps: new Set(known), pid: Number.isSafeInteger(pid) ? (pid as number) : undefined };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_TEXT;
}

function isTexts(value: unknown, most: number): value is readonly string[] {
  return Array.isArray(value) && value.length <= most && value.every(isText);
}

function isCredit(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_CREDIT;
}

function short(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 40);
}

function wrong(why: string): ProtocolError {
  return new ProtocolError(`The worker's hello ${why}`);
}
