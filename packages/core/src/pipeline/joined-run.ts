import type { Engine } from "../processor/engine.ts";

/** A processor that pipelines run for each other: it ends with the last of them. */
interface Hosting {
  users: number;
  /** Not before the run ended that everybody had left. */
  begun: boolean;
  /** It has ended: the engine may run for others by now. */
  over: boolean;
  /** The last of them takes nothing more, until another one joins. */
  closed: boolean;
  ended: Promise<void>;
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
  const known = hostings.get(engine);
  if (known === undefined && engine.isRunning) return undefined;
  // One that everybody left is stopping: who comes now needs a run of its own, after it.
  const joined = known === undefined || known.users === 0 ? host(engine, known?.ended) : known;
  joined.users++;
  if (joined.closed) {
    joined.closed = false;
    if (joined.begun) engine.intake.set({ closed: false }); // who comes now wants it to take what comes
  }
  const left = Promise.withResolvers<void>();
  let last: boolean | undefined;
  return {
    ended: Promise.race([joined.ended, left.promise]),
    closeIntake: () => {
      if (last !== undefined || joined.users > 1) return;
      joined.closed = true;
      if (joined.begun && !joined.over) engine.closeIntake();
    },
    leave: async (options) => {
      last ??= --joined.users === 0;
      if (last && joined.begun && !joined.over) await engine.stop(options);
      else left.resolve();
    },
  };
}

function host(engine: Engine, before: Promise<void> | undefined): Hosting {
  const hosting: Hosting = { users: 0, begun: before === undefined, over: false, closed: false, ended: Promise.resolve() };
  const run = async (): Promise<void> => {
    if (before !== undefined) {
      await before.catch(() => undefined); // that is for those who had joined it
      if (hosting.users === 0) return; // everybody has left again
      hosting.begun = true;
    }
    const running = engine.run();
    if (hosting.closed) engine.closeIntake(); // before it had begun
    await running;
  };
  hosting.ended = run().finally(() => {
    hosting.over = true;
    if (hostings.get(engine) === hosting) hostings.delete(engine);
  });
  hosting.ended.catch(() => undefined); // whoever joined hears of it
  hostings.set(engine, hosting);
  return hosting;
}
