import { type ErrorClass, OptionError } from "@job-orch/core";
import { checkFunction, checkMembers, checkSignal, oneOf, whole } from "@job-orch/core/substrate";
import type { StagesPool } from "./flow/crew.ts";
import { checkFunctions } from "./functions.ts";
import { MOST_ITEMS } from "./plan/chunk-size.ts";
import type { Plan } from "./plan/plan.ts";

/** What a parallel stream can be told. */
export interface ParallelOptions<Functions extends object> {
  /** Runs `stagesJob(functions)`. It stays open: whoever made it closes it. */
  readonly pool: StagesPool;
  /** The same functions that the workers serve: the first items run here, and names are checked against them. */
  readonly functions: Functions;
  /** `keep`: what comes out is in the order of the source, and the error of the lowest item wins. `any`: as it comes. Default `keep`. */
  readonly order?: "keep" | "any";
  /** Items per message. `auto`: as many as take about 12 ms, from 16 on. Range: 1 to 8,192. Default `auto`. */
  readonly chunk?: "auto" | number;
  /** Chunks per worker that may be under way or wait for whoever reads; the source is not asked for more. Range: 1 to 1,024. Default 4. */
  readonly window?: number;
  /** Gives the stream up: workers stop before their next item, the source is closed. */
  readonly signal?: AbortSignal;
  /** Use workers whatever it costs, and measure nothing. Default false. */
  readonly force?: boolean;
  /** How many workers there are, for pools that do not tell. Range: 1 to 1,024. Default: what the pool says, or one per core. */
  readonly workers?: number;
  /** Classes of errors that functions throw, to get them back as such. */
  readonly errors?: readonly ErrorClass[];
  /** Hears where the items are worked on and why, whenever that changes. */
  readonly onPlan?: (plan: Plan) => void;
}

/** Options with their defaults, checked. */
export interface Settings {
  readonly pool: StagesPool;
  readonly functions: object;
  readonly order: "keep" | "any";
  readonly chunk: number | undefined;
  readonly window: number;
  readonly signal: AbortSignal | undefined;
  readonly force: boolean;
  readonly workers: number | undefined;
  readonly errors: readonly ErrorClass[];
  readonly onPlan: ((plan: Plan) => void) | undefined;
}

/** Errors: `ERR_OPTION` when an option is missing or out of range. */
export function toSettings(options: ParallelOptions<object>): Settings {
  if (typeof options !== "object" || options === null)
    throw new OptionError("parallel(…) takes a source and options: at least { pool, functions }");
  const { pool, functions, order = "keep", chunk = "auto", window = 4, signal, force = false, workers, errors = [], onPlan } = options;
  checkMembers("pool", pool, ["call"], "what runs stagesJob(functions), such as threads(…)");
  checkFunctions(functions);
  checkSignal(signal);
  checkFunction("onPlan", onPlan);
  if (typeof force !== "boolean") throw new OptionError('"force" is true or false');
  if (!Array.isArray(errors) || errors.some((one) => typeof one !== "function" || typeof one.prototype !== "object")) {
    throw new OptionError('"errors" takes classes of errors, in an array');
  }
  return {
    pool,
    functions,
    order: oneOf("order", order, ["keep", "any"]),
    chunk: chunk === "auto" ? undefined : whole("chunk", chunk, 1, MOST_ITEMS),
    window: whole("window", window, 1, 1_024),
    signal,
    force,
    workers: workers === undefined ? undefined : whole("workers", workers, 1, 1_024),
    errors,
    onPlan,
  };
}
