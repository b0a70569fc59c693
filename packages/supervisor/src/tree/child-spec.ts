import type { Awaitable, Startable } from "@job-orch/core";
import type { RestartOptions } from "../policy/restart-options.ts";

/** What a child's function is told. */
export interface ChildContext {
  /** Aborts when everything is going down: take nothing new from outside. `signal` follows when those to the right have ended. */
  readonly closing: AbortSignal;
  /** Aborts when the child is to end: finish what runs, then return. */
  readonly signal: AbortSignal;
  /** Aborts when there is no time left: let go of everything at once. */
  readonly hurry: AbortSignal;
  /** Counts its starts, from 1. */
  readonly incarnation: number;
}

/** A child that is a function: up as soon as it is called, and ended when it returns. */
export type ChildFunction = (context: ChildContext) => Awaitable<void>;

/** `permanent`: always again. `transient`: again after a failure. `temporary`: never again. */
export type RestartRule = "permanent" | "transient" | "temporary";

interface AnySpec {
  /** Its name among its siblings. */
  readonly id: string;
  /** Default `permanent`; `transient` for supervisors. */
  readonly restart?: RestartRule;
  /** How long it may take to end once it is told to; `"kill"`: no time at all. Units: milliseconds. Default: what is left of the grace period. */
  readonly shutdown?: number | "kill";
}

/** A child that runs: a processor, a pipeline, or a function with a signal. */
export interface RunSpec extends AnySpec {
  readonly run: Startable | ChildFunction;
}

/** What is up, and how it is told to end. */
export interface StartedChild {
  /** Resolves when it has ended; rejects when it broke. */
  readonly ended: PromiseLike<unknown>;
  readonly stop: (options?: { readonly graceMs?: number }) => PromiseLike<unknown>;
  /** Take nothing more from outside: everything is going down. */
  readonly closeIntake?: () => unknown;
}

/** A child that takes time to come up: a pool, a server. */
export interface StartSpec extends AnySpec {
  readonly start: (context: ChildContext) => Awaitable<StartedChild>;
  /** Units: milliseconds. Default 30,000. */
  readonly startTimeoutMs?: number;
}

/** A supervisor below this one. When its own children fail too often it ends, and its parent decides. */
export interface SupervisorSpec extends AnySpec, TreeOptions {
  readonly children: readonly Child[];
}

export type Child = Startable | ChildFunction | RunSpec | StartSpec | SupervisorSpec;

/**
 * Who else is started anew when a child failed: `one_for_one` nobody, `rest_for_one` those behind it (they depend on it),
 * `one_for_all` all of them.
 */
export type Strategy = "one_for_one" | "rest_for_one" | "one_for_all";

export interface TreeOptions extends Omit<RestartOptions, "environment"> {
  /** Default `one_for_one`. */
  readonly strategy?: Strategy;
  /**
   * `escalate`: ends everything and fails with `ERR_CRASH_LOOP`, to the parent or to who called `supervise`. `probe`: what is up stays up,
   * and what is down is tried one at a time, slowly, until one proves itself. Default `escalate`.
   */
  readonly whenCrashLooping?: "escalate" | "probe";
}
