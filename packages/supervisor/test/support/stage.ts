import { FakeClock, turns } from "@job-orch/test-support";
import { onTestFinished } from "vitest";
import {
  type Child,
  type ChildContext,
  type SupervisorEvents,
  supervise,
  type SuperviseOptions,
  type Supervised,
} from "../../src/index.ts";

/** A child whose life a test decides. */
export interface Actor {
  readonly id: string;
  /** Lives until told to end, or until `fail` or `leave`. */
  readonly run: (context: ChildContext) => Promise<void>;
  readonly fail: (error?: Error) => Promise<void>;
  readonly leave: () => Promise<void>;
}

const NAMES = [
  "started", "exited", "restarting", "abandoned", "crashLooping", "recovered", "escalated", "readiness", "stopping", "failed", "stopped",
] as const satisfies readonly (keyof SupervisorEvents)[]; // prettier-ignore

/** A clock, a journal of who came and went, and every event. */
export function stage() {
  const clock = new FakeClock();
  const journal: string[] = [];
  const events: { readonly name: keyof SupervisorEvents; readonly [field: string]: unknown }[] = [];

  const actor = (id: string, { deaf = false, upMs = 0 }: { readonly deaf?: boolean; readonly upMs?: number } = {}): Actor => {
    let ending = Promise.withResolvers<void>();
    const run = async ({ signal, hurry }: ChildContext): Promise<void> => {
      journal.push(`+${id}`);
      ending = Promise.withResolvers<void>();
      const { promise, resolve } = ending;
      signal.addEventListener("abort", () => (deaf ? undefined : clock.after(upMs, resolve)), { once: true });
      hurry.addEventListener("abort", () => (deaf ? undefined : resolve()), { once: true });
      try {
        await promise;
      } finally {
        journal.push(`-${id}`);
      }
    };
    return {
      id,
      run,
      fail: async (error = new Error(`${id} broke`)) => {
        ending.reject(error);
        await turns();
      },
      leave: async () => {
        ending.resolve();
        await turns();
      },
    };
  };

  const begin = async (children: readonly Child[], options: SuperviseOptions = {}): Promise<Supervised> => {
    const running = supervise(children, { environment: { clock, random: () => 1 }, ...options });
    for (const name of NAMES) running.on(name, (event) => void events.push({ name, ...event }));
    onTestFinished(async () => {
      void running.stop();
      void running.stop();
      await clock.advance(60_000);
      await running.ended.catch(() => undefined);
    });
    await turns();
    return running;
  };

  /** The journal since the last look. */
  const seen = (): string => journal.splice(0).join(" ");
  const of = (name: keyof SupervisorEvents) => events.filter((event) => event.name === name);
  return { clock, actor, begin, seen, events, of, journal };
}
