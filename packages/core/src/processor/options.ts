import type { Codec } from "../codec/codec.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import type { Environment } from "../environment.ts";
import { systemEnvironment } from "../environment.ts";
import { OptionError } from "../errors/errors.ts";
import { safeString } from "../errors/safe-read.ts";
import type { ErrorClass } from "../errors/wire-error-codec.ts";
import type { Transport } from "../transport/transport.ts";
import { type Backoff, checkBackoff } from "./backoff.ts";
import { checkMembers } from "./check-arguments.ts";

/** What becomes of an attempt that failed. */
export interface RetryOptions {
  /** How many times the job may fail before its request is a dead letter. Range: integer ≥ 1. Default 1: no retry. */
  readonly attempts?: number;
  /** Default: exponential from 1 s, doubled each time, full jitter, at most 5 min. */
  readonly backoff?: Backoff;
  /** Errors that no retry can mend: they go straight to the dead letters. Errors with `retry: "never"` always do. */
  readonly never?: readonly ErrorClass[];
  /**
   * How many further times a request is begun again after its holder died with it, before it counts as the killer.
   * Range: integer ≥ 0. Default 3.
   */
  readonly crashes?: number;
}

/** Where the resources of a job come from: made once per slot, so that a job has them for itself while it runs, or shared. */
export type ResourceSource<Resources> = (() => Awaitable<Resources>) | Shared<Resources>;

declare const sharedBrand: unique symbol;

/** Resources that all slots may use at once. Made by `shared`. */
export interface Shared<out Resources> {
  readonly [sharedBrand]: true;
  readonly value: Resources;
}

const sharedValues = new WeakSet<object>();

/** Says that all slots of a processor may use these resources at the same time. Whoever made them closes them. */
export function shared<Resources>(value: Resources): Shared<Resources> {
  const holder = Object.freeze({ value }) as Shared<Resources>;
  sharedValues.add(holder);
  return holder;
}

export function isShared(source: unknown): source is Shared<unknown> {
  return typeof source === "object" && source !== null && sharedValues.has(source);
}

export interface ProcessorOptions<Resources = unknown, T extends Transport = Transport, Source = ResourceSource<Resources>> {
  readonly transport: T;
  /** How many requests are worked on at once. Range: integer 1 to 100,000. Default 1. */
  readonly concurrency?: number;
  /** A factory, called once per slot, or `shared(…)`. Without it `run` must be given one. */
  readonly resources?: Source;
  readonly retry?: RetryOptions;
  /** How long one attempt may take, its cache included, before its signal aborts and it counts as failed. Units: milliseconds. Default: no limit. */
  readonly timeoutMs?: number;
  /** How long a delivery stays on loan without a sign of life, on transports with leases per delivery. Units: milliseconds. Default 30,000. */
  readonly leaseMs?: number;
  /** How long `stop` waits for what runs. Units: milliseconds. Default 25,000. */
  readonly graceMs?: number;
  /** How long `call` and `sendReceive` wait when they do not say. Units: milliseconds; `Infinity` waits for ever. Default 30,000. */
  readonly callTimeoutMs?: number;
  /** Whether error responses carry the stack. Default true. */
  readonly stacks?: boolean;
  /** How values become bytes, where the transport carries bytes. */
  readonly codec?: Codec;
  /** Time and chance. */
  readonly environment?: Environment;
}

/** Options with their defaults, checked. */
export interface Settings {
  readonly transport: Transport;
  readonly concurrency: number;
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly never: readonly ErrorClass[];
  readonly crashes: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
  readonly graceMs: number;
  readonly callTimeoutMs: number;
  readonly stacks: boolean;
  readonly environment: Environment;
}

const DEFAULT_BACKOFF: Backoff = { kind: "exponential", baseMs: 1_000, factor: 2, maxMs: 300_000, jitter: "full" };

export function toSettings(options: ProcessorOptions): Settings {
  const { resources, codec } = options;
  if (resources !== undefined && typeof resources !== "function" && !isShared(resources)) {
    throw new OptionError('"resources" takes a function that makes them, or shared(…)');
  }
  if (codec !== undefined) checkMembers("codec", codec, ["encode", "decode"], "what createCodec makes, or the like");
  return {
    transport: options.transport,
    concurrency: whole("concurrency", options.concurrency ?? 1, 1, 100_000),
    attempts: whole("retry.attempts", options.retry?.attempts ?? 1, 1, 1_000_000),
    backoff: checkBackoff(options.retry?.backoff ?? DEFAULT_BACKOFF),
    never: errorClasses(options.retry?.never ?? []),
    crashes: whole("retry.crashes", options.retry?.crashes ?? 3, 0, 1_000_000),
    timeoutMs: duration("timeoutMs", options.timeoutMs ?? Number.POSITIVE_INFINITY),
    leaseMs: duration("leaseMs", options.leaseMs ?? 30_000),
    graceMs: duration("graceMs", options.graceMs ?? 25_000, 0),
    callTimeoutMs: duration("callTimeoutMs", options.callTimeoutMs ?? 30_000),
    stacks: options.stacks ?? true,
    environment: checkedEnvironment(options.environment ?? systemEnvironment),
  };
}

/** A class that is none would make every failure fail: `instanceof` throws. */
function errorClasses(never: readonly ErrorClass[]): readonly ErrorClass[] {
  if (Array.isArray(never) && never.every((one) => typeof one === "function" && typeof one.prototype === "object")) return never;
  throw new OptionError('"retry.never" takes classes of errors, in an array');
}

function checkedEnvironment(environment: Environment): Environment {
  checkMembers("environment", environment, ["random"], "a clock and a source of chance");
  checkMembers("environment.clock", environment.clock, ["now", "after"], "a clock");
  return environment;
}

export function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new OptionError(`"${name}" is ${safeString(value)}; it takes a whole number from ${least} to ${most}`);
}

export function duration(name: string, value: number, least = 1, unit = "milliseconds"): number {
  if (typeof value === "number" && value >= least) return value;
  throw new OptionError(`"${name}" is ${safeString(value)}; it takes ${unit}, at least ${least}`);
}
