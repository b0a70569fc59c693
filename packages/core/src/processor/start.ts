import { checkMembers } from "./check-arguments.ts";
import type { Processor } from "../contracts/processor.ts";

/** Something that runs until it is stopped. */
export interface Running extends AsyncDisposable {
  /** Resolves when it has stopped; rejects when it broke. */
  readonly ended: Promise<void>;
  /** Stops gracefully; calling it again hands back at once what still runs. */
  readonly stop: (options?: { readonly graceMs?: number }) => Promise<void>;
}

/** Processors and pipelines that were started. */
export interface Started extends Running {
  /** All of them take nothing more from outside: the first half of a stop, for whoever stops others as well. */
  readonly closeIntake: () => void;
}

/** What can be started: a processor or a pipeline whose resources are known. */
export interface Startable {
  readonly run: Processor<never, unknown>["run"];
  readonly stop: (options?: { readonly graceMs?: number }) => Promise<void>;
}

export interface StartOptions {
  /** Stop gracefully on these signals of the process; a second one hands back at once. Default: none. */
  readonly signals?: readonly NodeJS.Signals[];
}

/**
 * Runs processors in this process until they are stopped. The first that breaks stops the others.
 *
 * @example
 * const running = start([fetch, index], { signals: ["SIGINT", "SIGTERM"] });
 * await running.ended;
 */
export function start(what: Startable | readonly Startable[], options?: StartOptions): Started {
  const all = Array.isArray(what) ? (what as readonly Startable[]) : [what as Startable];
  for (const one of all) checkMembers("what", one, ["run", "stop"], "processors and pipelines");
  const stop = async (stopOptions?: { readonly graceMs?: number }): Promise<void> => {
    await Promise.all(all.map((one) => one.stop(stopOptions)));
    await Promise.allSettled(runs);
  };
  const closeIntake = (): void => {
    for (const one of all) (one as { readonly closeIntake?: () => void }).closeIntake?.(); // a pool has none: it takes what its callers send
  };
  const onSignal = (): void => void stop();
  const signals = options?.signals ?? [];
  for (const signal of signals) process.on(signal, onSignal);
  const runs = all.map(async (one) => {
    try {
      await one.run();
    } catch (error) {
      await Promise.all(all.map((other) => other.stop()));
      throw error;
    }
  });
  const ended = Promise.all(runs)
    .then(() => undefined)
    .finally(() => {
      for (const signal of signals) process.off(signal, onSignal);
    });
  ended.catch(() => undefined); // whoever awaits it hears of it; nobody need
  return { ended, stop, closeIntake, [Symbol.asyncDispose]: () => stop() };
}
