import type { AnyJob, Awaitable } from "@job-orch/core";
import { eraseJob } from "@job-orch/core/substrate";
import type { ToText } from "./wire/payload.ts";
import type { WorkerFactory, WorkerLink } from "./worker-link.ts";
import { Runner } from "./worker/runner.ts";
import { yieldsUnasked } from "./worker/yielding.ts";

/**
 * Workers that are none: jobs run in this thread, behind the same queue, credits and events. For debugging with breakpoints,
 * and for jobs that only wait for something. `resources` makes what a job borrows, once per place. `toText` refuses responses
 * that a wire would refuse; nothing is copied.
 */
export function inlineFactory(jobs: readonly AnyJob[], resources?: () => Awaitable<unknown>, toText: ToText = refuseItems): WorkerFactory {
  return {
    kind: "inline",
    shares: true,
    start: ({ concurrency, claims, idPrefix }, events) => {
      let down = false;
      const runner = new Runner({
        jobs: jobs.map(eraseJob),
        resources,
        concurrency,
        claims,
        idPrefix,
        toText: (value) => void toText(value),
        announces: false,
        post: (batch) => {
          if (!down) events.onBatch(batch);
        },
        onDrained: () => kill(),
      });
      const kill = (): void => {
        if (down) return;
        down = true;
        runner.abandon("The pool has given its worker up"); // a thread or a process would be gone
        queueMicrotask(() => events.onDown({ code: 0 }));
      };
      const link: WorkerLink = {
        send: (batch) => queueMicrotask(() => (down ? undefined : runner.take(batch))),
        tell: (control) => queueMicrotask(() => runner.tell(control)),
        kill,
        setRef: () => undefined,
      };
      queueMicrotask(() => events.onReady({ hello: true, jobs: jobs.map(({ name }) => name) }));
      return link;
    },
  };
}

/** Items are for who reads them, here as anywhere. */
function refuseItems(value: unknown): undefined {
  const refused = yieldsUnasked(value);
  if (refused !== undefined) throw refused;
}
