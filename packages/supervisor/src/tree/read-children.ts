import { OptionError, type Startable } from "@job-orch/core";
import { checkedKey, checkMembers, duration, oneOf, safeString } from "@job-orch/core/substrate";
import type { Child, RestartRule, RunSpec, StartSpec, SupervisorSpec } from "./child-spec.ts";

/** A child as it was handed in, checked. */
export interface CheckedChild {
  readonly id: string;
  readonly restart: RestartRule;
  /** Units: milliseconds; `Infinity`: whatever is left. */
  readonly shutdownMs: number;
  readonly what: Pick<RunSpec, "run"> | Pick<StartSpec, "start" | "startTimeoutMs"> | SupervisorSpec;
}

const WAYS = ["run", "start", "children"] as const;

/**
 * A queue and the pool it runs on have one name, their job's: of children that were not given an id those behind the first one
 * are counted, `shout` and `shout-2`.
 *
 * Errors: `ERR_OPTION` for what is no child, for one that is there twice, and for two of one id.
 */
export function readChildren(children: readonly Child[]): readonly CheckedChild[] {
  if (!Array.isArray(children) || children.length === 0) throw new OptionError('"children" takes an array of at least one child');
  const read: CheckedChild[] = [];
  for (const [at, child] of children.entries()) {
    const checked = readChild(child);
    if (children.indexOf(child) < at) throw new OptionError(`The child "${checked.id}" is there twice`);
    read.push(hasId(child) ? checked : { ...checked, id: unusedId(checked.id, read) });
  }
  const twice = read.find(({ id }, at) => read.findIndex((other) => other.id === id) !== at);
  if (twice !== undefined) throw new OptionError(`Two children are called "${twice.id}"; give one of them another "id"`);
  return read;
}

function hasId(child: Child): boolean {
  return typeof child !== "function" && !isStartable(child);
}

function unusedId(name: string, others: readonly CheckedChild[]): string {
  const isUsed = (id: string): boolean => others.some((other) => other.id === id);
  let id = name;
  for (let count = 2; isUsed(id); count++) id = `${name}-${count}`;
  return id;
}

function readChild(child: Child): CheckedChild {
  if (typeof child === "function") return { ...asItIs(nameOf(child.name)), what: { run: child } };
  if (isStartable(child)) return { ...asItIs(nameOf(safeString((child as { readonly name?: unknown }).name ?? ""))), what: { run: child } };
  if (typeof child !== "object" || child === null) {
    throw new OptionError(`A child is a processor, a function or { id, run }, but it is ${safeString(child).slice(0, 40)}`);
  }
  const { id, restart = usual(child), shutdown = Number.POSITIVE_INFINITY } = child as RunSpec;
  checkedKey("id", id);
  oneOf("restart", restart, ["permanent", "transient", "temporary"]);
  const ways = WAYS.filter((way) => (child as Partial<Record<(typeof WAYS)[number], unknown>>)[way] !== undefined);
  if (ways.length !== 1) throw new OptionError(`The child "${id}" takes one of "run", "start" and "children"; it has ${ways.length}`);
  const shutdownMs = shutdown === "kill" ? 0 : duration("shutdown", shutdown, 0);
  return { id, restart, shutdownMs, what: whatOf(child as RunSpec | StartSpec | SupervisorSpec) };
}

/** A supervisor ends well when none of its children is left to run; the others are to run for ever. */
function usual(child: Child): RestartRule {
  return "children" in child ? "transient" : "permanent";
}

function whatOf(child: RunSpec | StartSpec | SupervisorSpec): CheckedChild["what"] {
  if ("children" in child) return child;
  if ("run" in child) {
    if (typeof child.run !== "function") checkMembers("run", child.run, ["run", "stop"], "a processor, a pipeline or a function");
    return { run: child.run };
  }
  checkMembers("child", child, ["start"], 'a function as "start"');
  return { start: child.start, startTimeoutMs: duration("startTimeoutMs", child.startTimeoutMs ?? 30_000) };
}

function asItIs(id: string): Omit<CheckedChild, "what"> {
  return { id, restart: "permanent", shutdownMs: Number.POSITIVE_INFINITY };
}

function nameOf(name: string): string {
  if (name !== "") return checkedKey("name", name);
  throw new OptionError("A child without a name needs an id: hand in { id, run }");
}

function isStartable(child: unknown): child is Startable {
  const { run, stop } = (child ?? {}) as { readonly run?: unknown; readonly stop?: unknown };
  return typeof run === "function" && typeof stop === "function";
}
