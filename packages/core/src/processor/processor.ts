import { OptionError } from "../errors/errors.ts";
import { checkJob } from "../job/check-job.ts";
import type { AnyJob, InputOf, NameOf, ResourcesOf, ResponseOf } from "../job/job.ts";
import type { Transport } from "../transport/transport.ts";
import { Engine } from "./engine.ts";
import type { HostedProcessor } from "./hosted-processor.ts";
import type { ProcessorOptions, ResourceSource } from "./options.ts";

/** What `run` must be given: nothing when the job needs nothing or the options say where its resources come from. */
export type RunResources<J extends AnyJob, Source> = [void] extends [ResourcesOf<J>]
  ? void
  : [Source] extends [undefined]
    ? ResourceSource<ResourcesOf<J>>
    : void;

const engines = new WeakMap<object, Engine>();

/**
 * Hosts a job over a transport.
 *
 * Promise: does no I/O; channels are opened on first use, and nothing runs before `run` (or `start`).
 * Errors:  `ERR_OPTION` when an option is out of range.
 *
 * @example
 * const resize = processor(resizeJob, { transport: memory(), concurrency: 8 });
 * const running = start(resize);
 * const { width } = await resize.call({ url: "cat.png", width: 200 });
 */
export function processor<
  const J extends AnyJob,
  T extends Transport,
  Source extends ResourceSource<ResourcesOf<J>> | undefined = undefined,
>(
  job: J,
  options: ProcessorOptions<ResourcesOf<J>, T, Source>,
): HostedProcessor<InputOf<J>, ResponseOf<J>, RunResources<J, Source>, T, NameOf<J>> {
  checkJob(job);
  if (typeof options?.transport?.receiver !== "function" || typeof options.transport.sender !== "function") {
    throw new OptionError(`processor("${job.name}") needs a transport, such as memory() or sqlite("jobs.db")`);
  }
  const engine = new Engine(job, options as unknown as ProcessorOptions);
  const hosted = {
    name: engine.name,
    transport: engine.transport,
    requestSender: engine.requestSender,
    responseReceiver: engine.responseReceiver,
    run: engine.run,
    send: engine.send,
    sendMany: engine.sendMany,
    call: engine.call,
    sendReceive: engine.sendReceive,
    toFrame: engine.toFrame,
    cancel: engine.cancel,
    pause: engine.pause,
    resume: engine.resume,
    closeIntake: engine.closeIntake,
    stop: engine.stop,
    on: engine.emitter.on.bind(engine.emitter),
    close: engine.close,
    [Symbol.asyncDispose]: engine.close,
  };
  engines.set(hosted, engine);
  // The engine works on unknown values; the job's types are what its callers see of it.
  return hosted as unknown as HostedProcessor<InputOf<J>, ResponseOf<J>, RunResources<J, Source>, T, NameOf<J>>;
}

/** The engine behind a processor that `processor` made; `undefined` for any other. */
export function engineOf(hosted: object): Engine | undefined {
  return engines.get(hosted);
}
