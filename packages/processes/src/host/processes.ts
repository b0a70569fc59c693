import { type AnyJob, type InputOf, type NameOf, OptionError, type ResponseOf } from "@job-orch/core";
import { checkGroup, oneOf } from "@job-orch/core/substrate";
import { hostJob, inlineFactory, Pool, type PooledProcessor, type PoolOptions, type ToText, type WorkerFactory } from "@job-orch/link";
import { keptPayload } from "../protocol/payload.ts";
import { Balance } from "./balance.ts";
import { toSettings } from "./liveness.ts";
import { ProgramError, runOnce } from "./oneshot.ts";
import type { ProcessOptions, RemoteOptions } from "./process-options.ts";
import { RemoteWorkers } from "./remote-workers.ts";
import { SpawnedLink } from "./spawned-link.ts";

/** Workers that are started elsewhere, as a processor. */
export interface RemoteProcessor<Request, Response, Name extends string> extends PooledProcessor<Request, Response, Name> {
  /** Listens. Resolves with the address that workers are given as `LJP_ADDR`. Errors: `ERR_LISTEN` when nothing can listen there; `ERR_CLOSED`. */
  readonly listen: () => Promise<string>;
}

/** A pipe is slower to wake a worker than a port, and cheaper the more it carries at once. */
const DEEP: PoolOptions = { targetMs: 3, maxWindow: 1_024 };

/** JSON; what JSON would alter goes in the tagged form of core's codec, to workers that read it, and buffers as they are. */
const toText: ToText = keptPayload;

/**
 * A job in child processes, as a processor: of any program that speaks the line protocol (docs/protocol.md), or, with
 * `transport: "oneshot"`, of any program at all. With `listen` instead of `command`, workers are started elsewhere and dial in.
 *
 * Promise: does no I/O; processes are started by `run` (or `start`), or by the first request. They end when this process does, however it ends;
 *          with `oneshot` they go on with their request then.
 * Errors:  `ERR_OPTION` when an option is out of range.
 *
 * @example
 * await using parse = processes(parseJob, { command: "python3", args: ["parse.py"], size: 2 });
 * const tree = await parse.call(text);
 */
export function processes<const J extends AnyJob>(job: J, options: ProcessOptions): PooledProcessor<InputOf<J>, ResponseOf<J>, NameOf<J>>;
export function processes<const J extends AnyJob>(job: J, options: RemoteOptions): RemoteProcessor<InputOf<J>, ResponseOf<J>, NameOf<J>>;
export function processes(job: AnyJob, options: ProcessOptions | RemoteOptions): AsyncDisposable {
  if (typeof options !== "object" || options === null)
    throw new OptionError("processes(job, options) takes at least a command, or listen and a token");
  toSettings(options.liveness ?? {}); // here, not when the first worker is up
  if ("listen" in options) return remoteProcesses(job, options);
  if (typeof options.command !== "string" || options.command === "") throw new OptionError('"command" takes the program to start');
  const { transport = "fd3", name = job.name, args = [], output = "inherit", format = "json" } = options;
  checkSurroundings(options);
  if (!Array.isArray(args) || args.some((arg) => typeof arg !== "string")) throw new OptionError('"args" takes a list of strings');
  oneOf("output", output, ["inherit", "events"]);
  oneOf("format", format, ["json", "text"]);
  oneOf("transport", transport, ["fd3", "stdio", "unix", "tcp", "oneshot"]);
  if (options.acks !== undefined && options.acks !== false) oneOf("acks", options.acks, ["each", "group"]);
  if (transport === "oneshot") return oneshotProcesses(job, options, name);
  const balance = options.steal === false ? undefined : new Balance((...moved) => noteMoved(pool, ...moved));
  const factory: WorkerFactory = {
    kind: "process",
    shares: false,
    start: (start, events) => new SpawnedLink(options, start, events, balance),
  };
  const pool: Pool = new Pool({ name, options: { ...DEEP, ...options }, factory });
  return hostJob(job, pool, toText, true) as PooledProcessor<never, unknown>;
}

/** What a program finds around it. */
function checkSurroundings({ cwd, env }: ProcessOptions): void {
  if (cwd !== undefined && typeof cwd !== "string") throw new OptionError('"cwd" takes the path of a folder');
  if (env === undefined || env === "inherit") return;
  if (typeof env !== "object" || env === null || Array.isArray(env)) {
    throw new OptionError('"env" takes an object of strings, or "inherit": all that this process has');
  }
  for (const [name, value] of Object.entries(env)) {
    if (typeof value !== "string") throw new OptionError(`"env.${name}" is ${typeof value}; variables are strings`);
  }
}

/** Requests came back from one worker and went to another. */
function noteMoved(pool: Pool, from: number, to: number, count: number): void {
  pool.counts.stolen += count;
  pool.emitter.emit("stolen", { pool: pool.name, from, to, count });
}

/** One program per request: what would be workers are places to run them in. */
function oneshotProcesses(job: AnyJob, options: ProcessOptions, name: string): PooledProcessor<never, unknown> {
  const size = typeof options.size === "object" ? options.size.max : (options.size ?? 1);
  const once: AnyJob = {
    ...job,
    errors: [...(job.errors ?? []), ProgramError],
    request: undefined,
    response: undefined,
    run: (request: never, _resources: never, context: never) => runOnce(options, request, context),
  };
  const pool = new Pool({ name, options: { ...options, size: 1, concurrency: size }, factory: inlineFactory([once]) });
  return hostJob({ ...job, errors: once.errors }, pool, () => undefined, true) as PooledProcessor<never, unknown>;
}

function remoteProcesses(job: AnyJob, options: RemoteOptions): RemoteProcessor<never, unknown, string> {
  checkGroup("listen", options.listen);
  const name = options.name ?? job.name;
  const balance = options.steal === false ? undefined : new Balance((...moved) => noteMoved(pool, ...moved));
  const onRefused = (source: string, why: string): void => pool.emitter.emit("workerRefused", { pool: name, source, why });
  const workers = new RemoteWorkers(options, onRefused, balance);
  // Nobody can say when the next worker dials in, and waiting for it is no failure.
  const pool: Pool = new Pool({ name, options: { ...DEEP, ...options, start: { timeoutMs: Number.POSITIVE_INFINITY } }, factory: workers });
  const hosted = hostJob(job, pool, toText, true) as PooledProcessor<never, unknown>;
  const { close: closePool } = hosted;
  const close = async (): Promise<void> => {
    await closePool();
    workers.close();
  };
  return Object.assign(hosted, { listen: () => workers.listen(), close, [Symbol.asyncDispose]: close });
}
