import type { Engine } from "../processor/engine.ts";

/** A processor that pipelines run for each other: it ends with the last of them. */
interface Hosting {
  users: number;
  readonly ended: Promise<void>;
}

const hostings = new WeakMap<Engine, Hosting>();

/** One pipeline's part in running a processor. */
export interface JoinedRun {
  /** When it ended, or was left to the others. */
  readonly ended: Promise<void>;
  /** Closes its intake when no other pipeline uses it. */
  readonly closeIntake: () => void;
  /** Stops it when no other pipeline needs it; again: in a hurry. */
  readonly leave: (options?: { readonly graceMs?: number }) => Promise<void>;
}

/** Runs a processor, or joins those who do; `undefined` when it runs in its own right: then it is not ours to stop. */
export function joinRun(engine: Engine): JoinedRun | undefined {
  let hosting = hostings.get(engine);
  if (hosting === undefined) {
    if (engine.isRunning) return undefined;
    hosting = { users: 0, ended: engine.run().finally(() => hostings.delete(engine)) };
    hosting.ended.catch(() => undefined); // whoever joined hears of it
    hostings.set(engine, hosting);
  }
  const joined = hosting;
  joined.users++;
  const left = Promise.withResolvers<void>();
  let last: boolean | undefined;
  return {
    ended: Promise.race([joined.ended, left.promise]),
    closeIntake: () => (joined.users === 1 ? engine.closeIntake() : undefined),
    leave: async (options) => {
      last ??= --joined.users === 0;
      if (last) await engine.stop(options);
      else left.resolve();
    },
  };
}
