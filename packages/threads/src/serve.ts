import { type AnyJob, type Awaitable, OptionError, type ResourcesOf } from "@job-orch/core";
import { checkJob, eraseJob } from "@job-orch/core/substrate";
import { type Control, payloadOf, Runner } from "@job-orch/link";
import { workerData } from "node:worker_threads";
import { joinTexts, REPLIES, REQUESTS, splitTexts } from "./joined-texts.ts";
import { oneCloneEach } from "./one-clone-each.ts";
import { Parked } from "./parked.ts";
import { refusedReply } from "./refused-reply.ts";
import type { ThreadData } from "./thread-data.ts";

/** A thread that was told to end has so long for what it still has to write. Units: milliseconds. */
const LEAVE_AFTER_MS = 100;
/** What this thread was given, once it serves. */
const serves = new WeakSet<ThreadData>();

export interface ServeOptions {
  /** Done before the thread takes its first request: fill caches, open files, compile. A failure is a failed start. */
  readonly warm?: () => Awaitable<unknown>;
}

/**
 * Serves jobs in a worker thread: what the worker file of `threads` calls. `resources` makes what a job borrows, once per
 * place; what it made is disposed of when the thread ends in good order.
 *
 * Promise: in a program that is not such a thread it does nothing.
 * Errors:  `ERR_OPTION` when a job is none, or served a second time.
 *
 * @example
 * serve(parseJob, () => openDictionary());
 */
export function serve<const J extends AnyJob>(
  jobs: J | readonly J[],
  resources?: () => Awaitable<ResourcesOf<J>>,
  options?: ServeOptions,
): void {
  const all = Array.isArray(jobs) ? (jobs as readonly J[]) : [jobs as J];
  for (const job of all) checkJob(job);
  if (resources !== undefined && typeof resources !== "function") throw new OptionError('"resources" takes a function that makes them');
  const data = (workerData as { readonly jobOrch?: ThreadData } | null)?.jobOrch;
  if (data === undefined) return;
  if (serves.has(data)) throw new OptionError("serve(…) was called before in this worker file: give it all jobs at once, as a list");
  serves.add(data);
  const { port, claims, concurrency, idPrefix, wire, bell, spins } = data;
  const runner = new Runner({
    jobs: all.map(eraseJob),
    resources,
    concurrency,
    claims,
    idPrefix,
    toText: payloadOf(wire),
    announces: false,
    post: (batch, transfers) => {
      const parts = transfers.length > 0 ? [batch] : oneCloneEach(batch, REPLIES);
      for (const part of parts) {
        try {
          port.postMessage(joinTexts(part, REPLIES), transfers as never);
        } catch (error) {
          port.postMessage(refusedReply(part, error));
        }
      }
      parked?.soon();
    },
    onDrained: () => {
      parked?.stop();
      port.close();
      // What the program left running of its own must not keep a thread that has nothing to do any more.
      setTimeout(() => process.exit(0), LEAVE_AFTER_MS).unref();
    },
  });
  // Whoever ends this thread from within, `process.exit` or an error that nobody caught, harms no request that had ended.
  process.once("exit", () => runner.flush());
  const hear = (message: unknown): void => {
    if (Array.isArray(message)) runner.take(splitTexts(message, REQUESTS));
    else runner.tell(message as Control);
  };
  const parked = bell === undefined ? undefined : new Parked({ port, bell, spins, hear, isIdle: () => runner.isIdle });
  if (parked === undefined) port.on("message", hear);
  port.on("messageerror", (error: Error) => {
    throw error; // requests are lost: this thread cannot say which
  });
  const greet = (): void => {
    port.postMessage({ hello: true, jobs: all.map(({ name }) => name) });
    parked?.soon();
  };
  if (options?.warm === undefined) greet();
  else void warmUp(options.warm).then(greet); // what it throws ends the thread, and the pool hears why
}

async function warmUp(warm: () => Awaitable<unknown>): Promise<void> {
  await warm();
}
