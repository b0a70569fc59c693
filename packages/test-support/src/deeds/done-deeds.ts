import { threadId } from "node:worker_threads";
import { job, type RunContext } from "@job-orch/core";
import { type Deed, QuotaError } from "./deed.ts";
import { die } from "./die.ts";

/** How much `grow` takes each time, and how often. Units: bytes, milliseconds. */
const GROWTH = { bytes: 8 * 1024 * 1024, everyMs: 20 } as const;

const kept: unknown[] = [];

/** The job as its workers have it. `ticks`: how often something of theirs has ticked that has nothing to do with requests. */
export function doneDeeds(ticks: () => number = () => 0) {
  const run = (deed: Deed, _resources: void, context: RunContext): Promise<unknown> => done(deed, context, ticks);
  return job<Deed, unknown>()({ name: "deeds", errors: [QuotaError], run });
}

async function done(deed: Deed, context: RunContext, ticks: () => number): Promise<unknown> {
  switch (deed.do) {
    case "echo":
      return deed.value;
    case "wait":
      context.progress("waiting");
      await passed(deed.ms);
      return deed.value;
    case "spin": {
      const endMs = performance.now() + deed.ms;
      while (performance.now() < endMs);
      return deed.value;
    }
    case "fail":
      return fail(deed.how);
    case "die":
      if (deed.afterMs !== undefined) await passed(deed.afterMs);
      return die(deed.how);
    case "listen":
      return new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));
    case "tell":
      context.progress({ done: 1 });
      context.log("info", "halfway", { part: 0.5 });
      return "told";
    case "ticks":
      return ticks();
    case "context":
      return { id: context.id, attempt: context.attempt, headers: context.headers, deadline: context.deadline };
    case "place":
      return { pid: process.pid, thread: threadId };
    case "grow":
      for (;;) {
        kept.push(Buffer.alloc(GROWTH.bytes, 1));
        await passed(GROWTH.everyMs);
      }
  }
}

/** Keeps nobody alive: a host in line gives up a job that does not stop, and its timer is all that is left of it. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}

function fail(how: "error" | "undefined" | "reject" | "subclass"): Promise<never> {
  if (how === "undefined") throw undefined;
  if (how === "subclass") throw new QuotaError("no more");
  if (how === "error") throw new TypeError("as asked");
  return Promise.reject(new RangeError("later"));
}
