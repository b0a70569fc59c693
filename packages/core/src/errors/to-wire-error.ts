import { types } from "node:util";
import { createCodec } from "../codec/codec.ts";
import { JobError } from "./job-error.ts";
import { safeRead, safeString, safeText } from "./safe-read.ts";
import { TextBudget } from "./text-budget.ts";
import type { WireError } from "./wire-error.ts";

const MOST_BYTES = 60 * 1024; // of texts and data: with keys and brackets the whole stays under 64 KiB
const MOST_STACK_BYTES = 16 * 1024;
const MOST_MESSAGE_BYTES = 8 * 1024;
const MOST_NAME_BYTES = 200;
const MOST_DEPTH = 8;
const MOST_MEMBERS = 32;
const MOST_FIELDS = 32;
/** Keys and brackets of one error, roughly. */
const OVERHEAD_BYTES = 120;

/** What `WireError` has members for, and what must not be taken from a stranger. */
const NOT_DATA: ReadonlySet<string> = new Set(["name", "message", "stack", "retry", "cause", "__proto__"]);

const dataCodec = createCodec({ maxBytes: 16 * 1024, maxDepth: 32 });

interface Writing {
  readonly budget: TextBudget;
  readonly seen: Set<unknown>;
  readonly stack: boolean;
}

/**
 * Anything thrown, as plain data that any wire takes.
 *
 * Promise: never throws, whatever it is given; runs no code of the thrown value that it need not.
 * Range:   at most 64 KiB as JSON, 8 levels, 16 KiB of stack each; what does not fit is cut or left out.
 */
export function toWireError(thrown: unknown, options?: { readonly stack?: boolean }): WireError {
  try {
    return write(thrown, 1, { budget: new TextBudget(MOST_BYTES), seen: new Set(), stack: options?.stack ?? true });
  } catch {
    return { name: "NonError", message: "threw something that cannot be looked at" }; // a revoked Proxy, say
  }
}

function write(thrown: unknown, depth: number, writing: Writing): WireError {
  const { budget } = writing;
  budget.take(OVERHEAD_BYTES);
  if (!isErrorLike(thrown)) return writeOther(thrown, budget);
  writing.seen.add(thrown);
  const remote = asRemote(thrown);
  const code = remote === undefined ? toCode(safeRead(thrown, "code")) : remote.code;
  const retry = safeRead(thrown, "retry");
  const stack = writing.stack ? safeText(thrown, "stack") : undefined;
  return {
    name: budget.cut(remote?.name ?? nameOf(thrown), MOST_NAME_BYTES),
    message: budget.cut(safeText(thrown, "message") ?? "", MOST_MESSAGE_BYTES),
    ...(code === undefined ? undefined : { code: budget.cut(code, MOST_NAME_BYTES) }),
    ...(retry === "later" || retry === "never" || retry === "unknown" ? { retry } : undefined),
    ...(stack === undefined || budget.spent ? undefined : { stack: budget.cut(stack, MOST_STACK_BYTES) }),
    ...(remote === undefined ? writeData(thrown, budget) : undefined),
    ...writeCauses(thrown, depth, writing),
  };
}

function writeCauses(thrown: object, depth: number, writing: Writing): Pick<WireError, "cause" | "errors"> | undefined {
  if (depth >= MOST_DEPTH) return undefined;
  const fits = (inner: unknown): boolean => !writing.budget.spent && !writing.seen.has(inner);
  const cause = safeRead(thrown, "cause");
  const written = cause !== undefined && fits(cause) ? write(cause, depth + 1, writing) : undefined;
  const errors = membersOf(thrown)
    .filter(fits)
    .map((member) => write(member, depth + 1, writing));
  return { ...(written === undefined ? undefined : { cause: written }), ...(errors.length === 0 ? undefined : { errors }) };
}

/** Of an `AggregateError`; what a validation library calls `errors` is its data. */
function membersOf(thrown: object): readonly unknown[] {
  const members = safeRead(thrown, "errors");
  return Array.isArray(members) && members[0] instanceof Error ? members.slice(0, MOST_MEMBERS) : [];
}

/** Own enumerable fields that can be carried, as copies: what the thrower changes later is not seen. */
function writeData(thrown: object, budget: TextBudget): Pick<WireError, "data"> | undefined {
  const data: Record<string, unknown> = {};
  let fields = 0;
  for (const key of ownKeys(thrown)) {
    if (fields === MOST_FIELDS || budget.spent) break;
    if (NOT_DATA.has(key) || key.length > MOST_NAME_BYTES || (key === "errors" && membersOf(thrown).length > 0)) continue;
    try {
      const field = Object.getOwnPropertyDescriptor(thrown, key);
      if (field === undefined || !("value" in field) || field.value === undefined) continue;
      if (key === "code" && typeof field.value === "string") continue;
      const bytes = dataCodec.encode(field.value);
      if (!budget.take(bytes.byteLength + key.length + 4)) continue;
      data[key] = dataCodec.decode(bytes);
      fields++;
    } catch {
      // What cannot be carried stays behind: the error itself matters more.
    }
  }
  return fields === 0 ? undefined : { data };
}

function writeOther(thrown: unknown, budget: TextBudget): WireError {
  const kind = thrown === null ? "null" : typeof thrown;
  const shown = kind === "undefined" || kind === "null" ? "" : ` ${kind === "object" ? inspected(thrown) : safeString(thrown)}`;
  return { name: "NonError", message: budget.cut(`threw ${kind}${shown}, which is not an Error`, MOST_MESSAGE_BYTES) };
}

function inspected(thrown: unknown): string {
  try {
    return new TextDecoder().decode(dataCodec.encode(thrown)).trim();
  } catch {
    return safeString(thrown);
  }
}

function isErrorLike(thrown: unknown): thrown is object {
  if (typeof thrown !== "object" || thrown === null) return false;
  if (types.isNativeError(thrown) || thrown instanceof Error) return true;
  return safeText(thrown, "message") !== undefined && safeText(thrown, "name") !== undefined;
}

/** An error that came from elsewhere already goes on under its first name, so that the next caller can still rebuild it. */
function asRemote(thrown: object): { readonly name: string; readonly code: string | undefined } | undefined {
  if (!JobError.is(thrown) || safeRead(thrown, "name") !== "RemoteError") return undefined;
  const name = safeText(thrown, "remoteName");
  return name === undefined ? undefined : { name, code: safeText(thrown, "remoteCode") };
}

/** A class that never set `name` inherits "Error", which says less than its own. */
function nameOf(thrown: object): string {
  const name = safeText(thrown, "name");
  const className = safeText(safeRead(thrown, "constructor"), "name");
  if (name === undefined) return className ?? "Error";
  const inherited = className !== undefined && className !== name && !ownKeys(thrown, true).includes("name");
  const prototype = inherited ? safeRead(safeRead(thrown, "constructor"), "prototype") : undefined;
  return inherited && !ownKeys(prototype, true).includes("name") ? className : name;
}

function toCode(code: unknown): string | undefined {
  if (typeof code === "string" && code !== "") return code;
  return typeof code === "number" ? String(code) : undefined;
}

function ownKeys(of: unknown, hiddenToo = false): readonly string[] {
  if (typeof of !== "object" || of === null) return [];
  try {
    return hiddenToo ? Object.getOwnPropertyNames(of) : Object.keys(of);
  } catch {
    return [];
  }
}
