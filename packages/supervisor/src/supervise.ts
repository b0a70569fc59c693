import { constants } from "node:os";
import { type Awaitable, type Environment, OptionError, type Running, systemEnvironment } from "@job-orch/core";
import { checkedKey, checkMembers, duration, safeString } from "@job-orch/core/substrate";
import type { Child, TreeOptions } from "./tree/child-spec.ts";
import { SupervisorEmitter, type SupervisorEvents } from "./tree/events.ts";
import { readChildren } from "./tree/read-children.ts";
import { Shutdown } from "./shutdown.ts";
import { Tree } from "./tree/tree.ts";

export interface SuperviseOptions extends TreeOptions {
  /** Names the outermost supervisor in events. Default `main`. */
  readonly name?: string;
  /** Stop gracefully on these signals of the process; a second one hands back at once. Its exit code is then ours, if not 0. Default: none. */
  readonly signals?: readonly NodeJS.Signals[];
  /** End the process with `exitCode` when everything has ended, also when something was left behind. Default false. */
  readonly exit?: boolean;
  /** How long all children together may take to end. Units: milliseconds. Default 25,000: under the 30 s that orchestrators of containers grant. */
  readonly graceMs?: number;
  /** How long a child may take to let go once its grace is over, before it is left behind. Units: milliseconds. Default 2,000. */
  readonly cancelMs?: number;
  /** Runs first when it stops: schedulers and whatever else lets work in. */
  readonly closeIntake?: () => Awaitable<void>;
  /** Runs when all children have ended, before the resources are closed: logs, metrics. */
  readonly flush?: () => Awaitable<void>;
  /** Closed when all children have ended, the last one first: transports, stores, pools of connections. */
  readonly resources?: readonly (AsyncDisposable | Disposable)[];
  /** Time and chance. */
  readonly environment?: Environment;
}

/** Children that are being looked after. */
export interface Supervised extends Running {
  /** Whether every child is up; false from the first moment of a stop. For a readiness probe. */
  readonly ready: boolean;
  /** 0; 1 when it failed or something was left behind; 128 + the number of a signal that came twice (SIGINT 130, SIGTERM 143). */
  readonly exitCode: number;
  readonly on: <Name extends keyof SupervisorEvents>(name: Name, listener: (event: SupervisorEvents[Name]) => void) => () => void;
}

/**
 * Runs children, starts them again when they fail, and stops them in order: processors, pipelines, functions with a signal, pools, and
 * supervisors of more of them.
 *
 * Shape:  starts left to right, each when the one before is up; stops right to left.
 * Errors: `ERR_OPTION` at once for what is no child; `ended` rejects with `ERR_CRASH_LOOP` when children fail too often.
 * Source: docs/adr/0310-restarts.md
 *
 * @example
 * const running = supervise([thumbnails, { id: "sweep", run: sweep, restart: "transient" }], {
 *   resources: [transport], signals: ["SIGINT", "SIGTERM"], exit: true,
 * });
 * await running.ended;
 */
export function supervise(children: readonly Child[], options: SuperviseOptions = {}): Supervised {
  const { name = "main", signals = [], environment = systemEnvironment } = options;
  const graceMs = duration("graceMs", options.graceMs ?? 25_000, 0);
  const cancelMs = duration("cancelMs", options.cancelMs ?? 2_000, 0);
  checkedKey("name", name);
  checkHooks(options);
  const emitter = new SupervisorEmitter();
  const tree = new Tree(name, readChildren(children), options, {
    environment,
    emitter,
    graceMs,
    cancelMs,
    onChange: () => shutdown.noticeReadiness(),
    onForced: () => shutdown.noteForced(),
  });
  const shutdown = new Shutdown(tree, { ...options, graceMs, cancelMs, clock: environment.clock, emitter });
  const onSignal = (signal: NodeJS.Signals): void => void shutdown.stop({ signal });
  for (const signal of signals) process.on(signal, onSignal);
  const ended = shutdown.run().finally(() => {
    for (const signal of signals) process.off(signal, onSignal);
    const { exitCode } = shutdown;
    if (options.exit === true) process.exit(exitCode);
    if (signals.length > 0 && exitCode !== 0) process.exitCode ??= exitCode; // whoever waits for the process hears of it
  });
  ended.catch(() => undefined); // whoever awaits it hears of it; nobody need
  const stop: Supervised["stop"] = async (how) => {
    if (how?.graceMs !== undefined) duration("graceMs", how.graceMs, 0);
    await shutdown.stop(how);
    await ended.catch(() => undefined);
  };
  return {
    get ready() {
      return shutdown.ready;
    },
    get exitCode() {
      return shutdown.exitCode;
    },
    ended,
    stop,
    on: emitter.on,
    [Symbol.asyncDispose]: () => stop(),
  };
}

function checkHooks({ signals = [], closeIntake, flush, resources = [] }: SuperviseOptions): void {
  const isList: (value: unknown) => boolean = Array.isArray; // that of the language makes `any` of what is readonly
  if (!isList(signals)) throw new OptionError('"signals" takes a list of names, such as ["SIGTERM"]');
  if (!isList(resources)) throw new OptionError('"resources" takes a list of what can be disposed of');
  const unknown = signals.find((signal) => constants.signals[signal] === undefined);
  if (unknown !== undefined) throw new OptionError(`"signals" has ${safeString(unknown)}, which is no signal here`);
  if (closeIntake !== undefined && typeof closeIntake !== "function") throw new OptionError('"closeIntake" takes a function');
  if (flush !== undefined && typeof flush !== "function") throw new OptionError('"flush" takes a function');
  for (const resource of resources) {
    const way = typeof resource === "object" && resource !== null && Symbol.asyncDispose in resource ? Symbol.asyncDispose : Symbol.dispose;
    checkMembers("resources", resource, [way], "what can be disposed of");
  }
}
