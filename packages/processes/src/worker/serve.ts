import { type AnyJob, type Awaitable, OptionError, type ResourcesOf } from "@job-orch/core";
import { checkJob, eraseJob } from "@job-orch/core/substrate";
import { LineWorker } from "./line-worker.ts";
import { openLink } from "./open-link.ts";
import { readSettings } from "./settings.ts";

/** How long jobs have to end when the host is gone. Units: milliseconds. */
const ORPHAN_GRACE_MS = 1_000;
/** The same when a signal or the host says so. */
const DRAIN_GRACE_MS = 25_000;
/** A host that reads this much too slowly is waited for. Units: bytes. */
const MAX_UNSENT_BYTES = 1024 * 1024;

/**
 * Serves jobs to the host that started this process: what the program of `processes(job, { command: "node", … })` calls. `resources`
 * makes what a job borrows, once per place; what it made is disposed of when the process ends in good order.
 *
 * Promise: the process ends when the host says so, is gone, or on SIGTERM; started by a person, it says what it is and ends.
 * Errors:  `ERR_OPTION` when a job is none.
 *
 * @example
 * serve(parseJob, () => openDictionary());
 */
export function serve<const J extends AnyJob>(jobs: J | readonly J[], resources?: () => Awaitable<ResourcesOf<J>>): void {
  const all = (Array.isArray(jobs) ? (jobs as readonly J[]) : [jobs as J]).map((job) => {
    checkJob(job);
    return eraseJob(job);
  });
  if (resources !== undefined && typeof resources !== "function") throw new OptionError('"resources" takes a function that makes them');
  const names = all.map(({ name }) => name).join(", ");
  const settings = readSettings(process.env);
  if (settings === undefined) {
    process.stderr.write(
      `This is a worker for the jobs ${names}: a host starts it, processes(job, { command: … }) of @job-orch/processes.\n`,
    );
    process.exitCode = 2;
    return;
  }

  const { input, output, shared } = openLink(settings.where);
  let exitCode = 0;
  const maxUnsentBytes = settings.acksEach ? 0 : MAX_UNSENT_BYTES;
  const goOn = (): void => {
    if (output.writableLength > 0) return void output.write("", goOn); // more was said meanwhile
    input.resume();
    worker.hold(false);
  };
  const leave = (): void => void output.write("", () => process.exit(exitCode)); // after all that was written before
  const worker = new LineWorker({
    name: names.slice(0, 100),
    jobs: all,
    resources,
    concurrency: settings.concurrency,
    offered: settings.offered,
    acksEach: settings.acksEach,
    shared,
    write: (chunk) => {
      output.write(chunk);
      if (output.writableLength <= maxUnsentBytes || input.isPaused()) return;
      input.pause();
      worker.hold(true);
      output.write("", goOn);
    },
    onEnd: leave,
  });

  const drain = (graceMs: number): void => {
    setTimeout(leave, graceMs).unref();
    worker.drain();
  };
  const abandon = (): void => {
    setTimeout(() => process.exit(exitCode), ORPHAN_GRACE_MS); // nobody reads what is left
    worker.abandon("The host is gone");
  };
  const broke = (error: Error): void => {
    process.stderr.write(`The link to the host broke: ${error.message}\n`);
    exitCode = 1;
    abandon();
  };
  input.on("data", (chunk: Buffer) => {
    try {
      worker.read(chunk);
    } catch (error) {
      broke(error as Error);
    }
  });
  input.once("end", abandon);
  input.on("error", broke);
  if ((output as unknown) !== input) output.on("error", broke);
  process.once("SIGTERM", () => drain(DRAIN_GRACE_MS));
  worker.start();
}
